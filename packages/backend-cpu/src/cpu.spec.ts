import { testBackend } from '@lamella/testing';
import { cpu } from './cpu.js';

testBackend('cpu', () => cpu(), { tolerance: 0 });
