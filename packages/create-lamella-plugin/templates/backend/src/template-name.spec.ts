import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compose } from '@lamella/core';
import { testBackend } from '@lamella/testing';
import { templateName, templateNamePlugin } from './template-name.js';

testBackend('template-name', templateName, {
  // The largest difference to backend-cpu, relative to 1 + the expected magnitude.
  tolerance: 1e-5,
  runner: { describe: (name, body) => void describe(name, body), it: (name, body) => void it(name, body) },
});

it('is found by its name', () => {
  const { backend } = compose({ backend: 'template-name', plugins: [templateNamePlugin] });
  assert.equal(backend, templateName());
});
