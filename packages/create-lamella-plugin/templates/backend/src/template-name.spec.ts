import assert from 'node:assert/strict';
import { it } from 'node:test';
import { compose } from '@lamella/core';
import { testBackend } from '@lamella/testing';
import { templateName, templateNamePlugin } from './template-name.js';

testBackend('template-name', templateName, {
  // The largest difference to backend-cpu, relative to 1 + the expected magnitude.
  tolerance: 1e-5,
});

it('is found by its name', () => {
  const { backend } = compose({ backend: 'template-name', plugins: [templateNamePlugin] });
  assert.equal(backend, templateName());
});
