// How changelogs are written: what each changeset says, and nothing of commits. All packages have one version, so which others of
// ours a package takes along with it says nothing.
module.exports = {
  /** @param {{ summary: string }} changeset */
  getReleaseLine: async ({ summary }) => {
    const [first, ...further] = summary.trim().split('\n');
    return `\n- ${[first, ...further.map((line) => (line === '' ? '' : `  ${line}`))].join('\n')}`;
  },
  getDependencyReleaseLine: async () => '',
};
