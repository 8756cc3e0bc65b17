// ONNX Runtime Web: the same networks as on the server, in WebAssembly.
import * as ort from './ort.wasm.bundle.min.mjs';

ort.env.wasm.wasmPaths = { wasm: new URL('ort-wasm-simd-threaded.wasm', import.meta.url).href };
// More threads would need a page that is cut off from all others.
ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

/** Opens an .onnx file's bytes. */
export const openSession = bytes => ort.InferenceSession.create(new Uint8Array(bytes), { executionProviders: ['wasm'], graphOptimizationLevel: 'all' });

/** Runs a network of one input; floats in, an array of floats for each of the outputs asked for, or for all in their order. */
export async function run(session, input, shape, names = session.outputNames) {
  const tensor = new ort.Tensor('float32', input, shape);
  const outputs = await session.run({ [session.inputNames[0]]: tensor }, names);
  return names.map(name => outputs[name].data);
}
