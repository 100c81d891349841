// templateName: weights as text, a line each. A start: put your own bytes in their place.
import { definePlugin, type Format } from '@lamella/core';
import { HostTensor, lamellaError, sizeOf } from '@lamella/program';

/** `.weights.template-name`: a line for each weight with its name and its values. */
export const templateName: Format = {
  name: 'template-name',
  extensions: ['.weights.template-name'],

  async writeWeights(layer) {
    const values = await layer.getWeights();
    const lines = layer.weights.map(({ name }, i) => [name, ...values[i]!.data].join(' '));
    return new TextEncoder().encode(lines.join('\n'));
  },

  // Bytes are hostile: everything is checked before anything is set, and a file that does not fit changes nothing.
  async readWeights(bytes, layer, { file }) {
    const lines = new TextDecoder().decode(bytes).split('\n');
    const stored = new Map(
      lines.map((line) => {
        const [name = '', ...numbers] = line.split(' ');
        return [name, numbers.map(Number)] as const;
      }),
    );
    const values = layer.weights.map(({ name, shape }) => {
      const numbers = stored.get(name) ?? [];
      if (numbers.length !== sizeOf(shape) || !numbers.every(Number.isFinite)) {
        const problem = `expected ${sizeOf(shape)} numbers for ${name}, got ${numbers.length}`;
        throw lamellaError('FILE_INVALID', { subject: `"${file}"`, problem });
      }
      return new HostTensor(Float32Array.from(numbers), shape);
    });
    layer.setWeights(values);
  },
};

/** For `compose({ plugins: [...] })`: files with its ending are read and written. */
export const templateNamePlugin = definePlugin({
  name: 'template-package',
  formats: [templateName],
});
