import { testBackend } from '@lamella/testing';
import { onnx } from './onnx.js';

testBackend('onnx', () => onnx());
