// Who looks at the page: nobody asks without Keystone; with it, whoever has signed in.
import {ApiError, call, get, hasToken, useToken} from './api.js';

export let who = null;  // {auth, user_id, project_id, roles, admin}
export const isAdmin = () => who?.admin === true;

// Null when somebody has to sign in first.
export async function askWho() {
  try {
    who = (await get('/v1.0/whoami')).whoami;
  } catch (error) {
    if (error.status !== 401) throw error;
    useToken(null);
    who = null;
  }
  return who;
}

export async function signIn({user, password, project, user_domain, project_domain}) {
  useToken(null);
  const {token} = await call('POST', '/v1.0/tokens', {body: {sign_in: {user, password, project, user_domain, project_domain}}});
  useToken(token.id);
  if (!await askWho()) throw new ApiError(401, 'The token was not taken.');
}

export function signOut() {
  useToken(null);
  who = null;
}

export const signedIn = () => hasToken();
