// What is in a model.
import { commas, find, table } from './dom';
import type { Model, ModelTensor } from './model';
import { scaleOf, shapeText } from './module';

function quantization(tensor: ModelTensor): string {
  if (tensor.scales === 0) return '';
  if (tensor.scales > 1) return `${tensor.scales} scales`;
  return `${scaleOf(tensor).toPrecision(4)} · (q − ${tensor.zeroPoint})`.replace('− -', '+ ');
}

const brief = (tensor: ModelTensor): string => `${tensor.type} ${shapeText(tensor)}`;

export function showModel(model: Model): void {
  const { description } = model;
  const constants = description.tensors.filter((tensor) => tensor.isConstant);
  const constantBytes = constants.reduce((sum, tensor) => sum + tensor.bytes, 0);
  find('model-facts').replaceChildren(
    Object.assign(document.createElement('strong'), { textContent: model.name }),
    `: ${commas(model.file.length)} bytes, ${description.operators.length} operators, ` +
    `${commas(constantBytes)} bytes of constants; ` +
    `${model.inputs.map(brief).join(', ')} in, ${model.outputs.map(brief).join(', ')} out.`);
  find('operators').replaceChildren(table(
    ['#', 'Operator', 'Input', 'Output', 'Type', '#Constant bytes'],
    description.operators.map((operator, index) => {
      const tensors = (indices: number[]): ModelTensor[] =>
        indices.filter((at) => at >= 0).map((at) => description.tensors[at]!);
      const inputs = tensors(operator.inputs);
      const outputs = tensors(operator.outputs);
      const sum = inputs.filter((tensor) => tensor.isConstant)
        .reduce((bytes, tensor) => bytes + tensor.bytes, 0);
      return [index, operator.type,
        inputs.filter((tensor) => !tensor.isConstant).map(shapeText).join(', '),
        outputs.map(shapeText).join(', '), outputs[0]?.type ?? '', sum];
    })));
  find('tensors').replaceChildren(table(
    ['#', 'Name', 'Type', 'Shape', '#Bytes', 'Real value', 'Where'],
    description.tensors.map((tensor, index) => {
      const buffer = description.buffers[rootOf(description.roots, index)]!;
      const where = tensor.isConstant ? 'file' : buffer.bytes > 0 ? `RAM ${commas(buffer.offset)}` : 'unused';
      return [index, tensor.name, tensor.type, shapeText(tensor), tensor.bytes, quantization(tensor), where];
    })));
}

function rootOf(roots: number[], tensor: number): number {
  let root = tensor;
  while (roots[root] !== root) root = roots[root]!;
  return root;
}
