/** What a list of models tells of one. */
export interface ModelInfo {
  /** What requests name it by. */
  id: string;
  /** What people read. */
  name: string;
  family: "Mamba1" | "Mamba2";
  /** Number of weights. */
  parameters: number;
  /** How most of them are stored: "f32", "f16" or "bf16". */
  dtype: string;
  /** Size of the weights on disk. */
  bytes: number;
  /** What one sequence's state takes in memory, in bytes. */
  stateBytes: number;
  nLayer: number;
  dModel: number;
  vocabSize: number;
  /** Whether the weights are more than random numbers. */
  trained: boolean;
  hasTokenizer: boolean;
  /** Whether it is in memory now. */
  loaded: boolean;
  /** Why it cannot be loaded. */
  error?: string;
}
