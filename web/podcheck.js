// What a pod's Neutron can do, as the last check found it.
import {fill, h} from './dom.js';
import {time} from './format.js';
import {words} from './names.js';
import {Table} from './table.js';

function range(parameter) {
  const {parameter_type: type, parameter_values: values} = parameter;
  if (type === 'range' && values) return `${values.start} to ${values.end}`;
  if (Array.isArray(values)) return values.join(', ');
  return '';
}

// One row a rule type and parameter; a type without parameters has a row of its own.
function rowsOf(types) {
  const rows = [];
  for (const [type, drivers] of Object.entries(types ?? {})) {
    for (const driver of Array.isArray(drivers) ? drivers : []) {
      for (const parameter of driver.supported_parameters ?? []) {
        rows.push({type, driver: driver.name ?? '', parameter: parameter.parameter_name, range: range(parameter)});
      }
    }
    if (!rows.some((row) => row.type === type)) rows.push({type, driver: '', parameter: '', range: ''});
  }
  return rows;
}

export function capabilities() {
  const head = h('div'), table = new Table({
    label: 'Rule types that it enforces', empty: 'Nobody has asked it yet.', key: (row) => `${row.type} ${row.driver} ${row.parameter}`,
    columns: [{title: 'Rule type', cell: (row) => row.type}, {title: 'Value', cell: (row) => row.parameter},
              {title: 'Range', cell: (row) => row.range}, {title: 'Driver', cell: (row) => row.driver}]});
  return {
    node: h('div', {}, head, table.node),
    show(check) {
      const asked = check.answered < check.asked ? ' A new look is under way.' : '';
      fill(head, h('p', {}, check.checked_at === null ? 'It was not looked at yet.' : check.well ? 'It has all that is needed' : h('span', {class: 'bad'}, 'As it is, no policy can be kept true there'),
                   check.checked_at ? [', seen ', time(check.checked_at), '.'] : '', asked),
           check.problems?.length ? h('ul', {}, check.problems.map((problem) => h('li', {}, words(typeof problem === 'string' ? problem : problem.words ?? problem.message ?? JSON.stringify(problem))))) : null);
      table.show(rowsOf(check.rule_types));
    },
  };
}
