// Long tables get a field above them: what is typed there stays, other rows go. It asks nobody and keeps nothing.
for (const table of document.querySelectorAll('table')) {
  const rows = [.../** @type {NodeListOf<HTMLElement>} */ (table.querySelectorAll('tbody tr'))];
  if (rows.length < 25) continue;
  const field = document.createElement('input');
  field.type = 'search';
  field.placeholder = `Search ${rows.length} rows`;
  field.setAttribute('aria-label', field.placeholder);
  field.className = 'table-filter';
  field.addEventListener('input', () => {
    const wanted = field.value.trim().toLowerCase();
    for (const row of rows) row.hidden = !(row.textContent ?? '').toLowerCase().includes(wanted);
  });
  table.before(field);
}
