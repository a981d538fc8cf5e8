// What APPSYNC_JS refuses, as AWS's own plugin knows it: `npm ci && npx eslint .`
import appsync from '@aws-appsync/eslint-plugin';

export default [
  { ...appsync.configs.recommended, files: ['*.js'] },
  // Types, so that the plugin also finds calls of methods that APPSYNC_JS lacks.
  { files: ['*.js'], languageOptions: { parserOptions: { projectService: true } } },
];
