// What a pod's copy has against what the centre says, value by value.
const kAttributes = ['name', 'description', 'shared'];
const kOurs = new Set(['id', 'qos_policy_id', 'type', 'direction', 'tags', 'refused', 'error', 'because', 'state',
                       'created_at', 'updated_at', 'revision_number', 'project_id', 'tenant_id', 'description']);

export const ruleName = (rule) => [rule.type, rule.direction].filter(Boolean).join(' ');
const keyOf = (rule) => `${rule.type} ${rule.direction ?? ''}`;
const valuesOf = (rule) => Object.entries(rule).filter(([key, value]) => !kOurs.has(key) && value !== null);
export const ruleText = (rule) => valuesOf(rule).map(([key, value]) => `${key} ${value}`).join(', ') || 'no values';

function same(one, other) {
  if (one === other) return true;
  return (one ?? '') === (other ?? '');
}

function rulesDiffer(wanted, had) {
  const found = [], there = new Map(had.map((rule) => [keyOf(rule), rule]));
  for (const rule of wanted) {
    const its = there.get(keyOf(rule));
    there.delete(keyOf(rule));
    if (!its) {
      found.push({what: ruleName(rule), centre: ruleText(rule), pod: null});
      continue;
    }
    if (its.refused) {
      found.push({what: ruleName(rule), centre: ruleText(rule), pod: 'refused'});
      continue;
    }
    const mine = Object.fromEntries(valuesOf(rule)), theirs = Object.fromEntries(valuesOf(its));
    for (const key of new Set([...Object.keys(mine), ...Object.keys(theirs)])) {
      if (!same(mine[key], theirs[key])) found.push({what: `${ruleName(rule)}, ${key}`, centre: mine[key] ?? null, pod: theirs[key] ?? null});
    }
  }
  for (const rule of there.values()) found.push({what: ruleName(rule), centre: null, pod: ruleText(rule)});
  return found;
}

// [{what, centre, pod}], null where one side has nothing; 'unmade' for a copy of which the pod has confirmed nothing;
// null when nobody told us what the pod has.
export function differences(policy, copy) {
  if (!copy.attributes) return null;
  if (Object.keys(copy.attributes).length === 0) return 'unmade';
  const found = [];
  for (const key of kAttributes) {
    if (key in copy.attributes && !same(policy[key], copy.attributes[key])) found.push({what: key, centre: policy[key] ?? '', pod: copy.attributes[key]});
  }
  return found.concat(rulesDiffer(policy.rules ?? [], copy.rules ?? []));
}
