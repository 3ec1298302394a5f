// Sign-in with Keystone. The password goes to the server once; neither it nor the token is kept beyond this page's life.
import {fill, h} from './dom.js';
import {signIn} from './session.js';

export function showSignIn(main, {signedIn}) {
  const field = (label, key, attributes = {}) => h('label', {class: 'field wide'}, h('span', {}, label),
      h('input', {name: key, required: true, autocapitalize: 'none', spellcheck: 'false', ...attributes}));
  const words = h('p', {class: 'bad', role: 'alert'});
  const button = h('button', {class: 'strong', type: 'submit'}, 'Sign in');
  const form = h('form', {class: 'card', submit: async (event) => {
    event.preventDefault();
    button.disabled = true;
    words.textContent = '';
    try {
      await signIn(Object.fromEntries(new FormData(form)));
      form.reset();
      signedIn();
    } catch (error) {
      words.textContent = error.status === 404 ? 'This server has no Keystone to sign in with.' : error.message;
      form.elements.password.value = '';
      form.elements.password.focus();
    } finally {
      button.disabled = false;
    }
  }}, h('h1', {}, 'Tricircle QoS'), h('p', {class: 'quiet'}, 'Sign in with your Keystone user.'),
      field('User', 'user', {autocomplete: 'username'}),
      field('Password', 'password', {type: 'password', autocomplete: 'current-password'}),
      field('Project', 'project'),
      h('details', {}, h('summary', {}, 'Domains'), field('Domain of the user', 'user_domain', {value: 'Default'}),
        field('Domain of the project', 'project_domain', {value: 'Default'})),
      words, button);
  fill(main, h('div', {class: 'signin'}, form));
  form.elements.user.focus();
}
