import { assert, assertEquals, assertThrows } from "@std/assert";
import { MambaError } from "../../lib/api/mamba_error.ts";
import {
  formatConfigText,
  MambaConfig,
  parseConfigText,
} from "../../lib/weights/mod.ts";

const MAMBA1 = { d_model: 64, n_layer: 2, vocab_size: 97 };
const MAMBA2 = {
  ...MAMBA1,
  ssm_cfg: { layer: "Mamba2", d_state: 16, headdim: 16, ngroups: 2 },
};
const HF1 = {
  model_type: "mamba",
  hidden_size: 64,
  num_hidden_layers: 2,
  vocab_size: 104,
  state_size: 16,
};
const HF2 = {
  ...HF1,
  model_type: "mamba2",
  num_heads: 8,
  head_dim: 16,
  n_groups: 1,
};

Deno.test("MambaConfig.from() fills in the official defaults of Mamba 1", () => {
  const config = MambaConfig.from(MAMBA1);
  const { layer, dInner, dState, dConv, expand, dtRank } = config;
  assertEquals(
    [layer, dInner, dState, dConv, expand, dtRank],
    ["Mamba1", 128, 16, 4, 2, 4],
  );
  assertEquals([config.paddedVocabSize, config.padVocabSizeMultiple], [104, 8]);
  assertEquals([config.tieEmbeddings, config.rmsNorm], [true, true]);
  assertEquals([config.bias, config.convBias], [false, true]);
  assertEquals([config.headdim, config.nheads, config.ngroups], [0, 0, 0]);
  assertEquals([config.convChannels, config.inProjRows], [128, 256]);
  assertEquals(config.dtLimit, [0, Infinity]);
  assert(Object.isFrozen(config) && Object.isFrozen(config.dtLimit));
});

Deno.test("MambaConfig.from() fills in the official defaults of Mamba 2", () => {
  const plain = MambaConfig.from({ ...MAMBA1, ssm_cfg: { layer: "Mamba2" } });
  const { dState, headdim, nheads, ngroups, chunkSize, dtRank } = plain;
  assertEquals(
    [dState, headdim, nheads, ngroups, chunkSize, dtRank],
    [128, 64, 2, 1, 256, 0],
  );
  const config = MambaConfig.from(MAMBA2);
  assertEquals([config.nheads, config.convChannels], [8, 192]);
  assertEquals(config.inProjRows, 128 + 192 + 8);
});

Deno.test("MambaConfig.from() reads camelCase, folded or in ssmCfg, and itself", () => {
  const folded = MambaConfig.from({
    dModel: 64,
    nLayer: 2,
    vocabSize: 97,
    layer: "Mamba2",
    dState: 16,
    headdim: 16,
    ngroups: 2,
  });
  const nested = MambaConfig.from({
    dModel: 64,
    nLayer: 2,
    vocabSize: 97,
    ssmCfg: { layer: "Mamba2", dState: 16, headdim: 16, ngroups: 2 },
  });
  assertEquals(folded, MambaConfig.from(MAMBA2));
  assertEquals(nested, folded);
  assertEquals(MambaConfig.from(folded), folded);
  for (const config of [folded, MambaConfig.from(MAMBA1)]) {
    assertEquals(MambaConfig.from({ ...config }), config);
    assertEquals(MambaConfig.from({ ...config, nLayer: 5 }).nLayer, 5);
  }
});

Deno.test("MambaConfig.from() reads the transformers form, vocab_size already padded", () => {
  const mamba = MambaConfig.from({ ...HF1, time_step_rank: "auto" });
  assertEquals([mamba.layer, mamba.dInner, mamba.dtRank], ["Mamba1", 128, 4]);
  assertEquals([mamba.vocabSize, mamba.paddedVocabSize], [104, 104]);
  assertEquals(mamba.tieEmbeddings, true);
  const mamba2 = MambaConfig.from({
    ...HF2,
    time_step_limit: [0.5, { "__float__": "Infinity" }],
    eos_token_id: [3, 4],
    bos_token_id: null,
  });
  assertEquals([mamba2.layer, mamba2.nheads], ["Mamba2", 8]);
  assertEquals(mamba2.dtLimit, [0.5, Infinity]);
  assertEquals([mamba2.eosTokenId, mamba2.bosTokenId], [3, undefined]);
  assertEquals(mamba2.tieEmbeddings, false);
  const wide = MambaConfig.from({ ...HF1, intermediate_size: 100 });
  assertEquals([wide.dInner, wide.expand], [100, 100 / 64]);
});

Deno.test("MambaConfig survives a way through its file in both forms", () => {
  const configs = [
    MambaConfig.from(MAMBA1),
    MambaConfig.from(MAMBA2),
    MambaConfig.from({ ...MAMBA1, rms_norm: false, tie_embeddings: false }),
    MambaConfig.from({ ...HF1, intermediate_size: 147, hidden_size: 49 }),
    MambaConfig.from({ ...MAMBA2, layer: undefined, dtLimit: [0.01, 0.5] }),
    MambaConfig.from({
      ...MAMBA1,
      ssm_cfg: { expand: 1.5, bias: true, conv_bias: false, dt_rank: 7 },
    }),
  ];
  for (const config of configs) {
    const text = formatConfigText(config.toStateSpaces());
    assertEquals(MambaConfig.from(parseConfigText(text, "x")), config);
    if (!config.rmsNorm) continue;
    const other = MambaConfig.from(
      parseConfigText(formatConfigText(config.toTransformers()), "x"),
    );
    assertEquals(other.tensors(), config.tensors());
    assertEquals(other.dtLimit, config.dtLimit);
    assertEquals(other.tieEmbeddings, config.tieEmbeddings);
  }
});

Deno.test("MambaConfig refuses to write what a form cannot say", () => {
  const layerNorm = MambaConfig.from({ ...MAMBA1, rms_norm: false });
  assertThrows(() => layerNorm.toTransformers(), MambaError, "LayerNorm");
  const epsilon = MambaConfig.from({ ...HF1, layer_norm_epsilon: 1e-6 });
  assertThrows(() => epsilon.toStateSpaces(), MambaError, "normEpsilon");
});

Deno.test("MambaConfig.tensors() lists the head only if it is untied", () => {
  const names = (json: unknown) =>
    MambaConfig.from(json).tensors().map(({ name }) => name);
  assertEquals(names(MAMBA1).length, 22);
  assertEquals(names({ ...MAMBA1, tie_embeddings: false }).length, 23);
  assert(!names(MAMBA1).includes("lm_head.weight"));
  const biased = names({ ...MAMBA2, rms_norm: false, bias: true });
  assert(biased.includes("backbone.layers.1.mixer.out_proj.bias"));
  assert(biased.includes("backbone.norm_f.bias"));
  assert(biased.includes("backbone.layers.0.mixer.norm.weight"));
});

/** [what the configuration is, the field that the error must name] */
const WRONG: [Record<string, unknown>, string][] = [
  [{ ...MAMBA1, d_model: "64" }, "d_model"],
  [{ ...MAMBA1, d_model: -64 }, "d_model"],
  [{ ...MAMBA1, d_model: 64.5 }, "d_model"],
  [{ ...MAMBA1, d_model: NaN }, "d_model"],
  [{ ...MAMBA1, d_model: null }, "d_model"],
  [{ ...MAMBA1, d_model: true }, "d_model"],
  [{ ...MAMBA1, d_model: [64] }, "d_model"],
  [{ d_model: 64, n_layer: 2 }, "vocab_size"],
  [{ ...MAMBA1, n_layer: 1e9 }, "n_layer"],
  [{ ...MAMBA1, n_layer: 0 }, "n_layer"],
  [{ ...MAMBA1, vocab_size: Infinity }, "vocab_size"],
  [{ ...MAMBA1, vocab_size: 1e300 }, "vocab_size"],
  [{ ...MAMBA1, pad_vocab_size_multiple: 0 }, "pad_vocab_size_multiple"],
  [{ ...MAMBA1, tie_embeddings: 1 }, "tie_embeddings"],
  [{ ...MAMBA1, rms_norm: "false" }, "rms_norm"],
  [{ ...MAMBA1, ssm_cfg: [] }, "ssm_cfg"],
  [{ ...MAMBA1, ssm_cfg: "Mamba2" }, "ssm_cfg"],
  [{ ...MAMBA1, ssm_cfg: { layer: 2 } }, "ssm_cfg.layer"],
  [{ ...MAMBA1, ssm_cfg: { d_state: 0 } }, "ssm_cfg.d_state"],
  [{ ...MAMBA1, ssm_cfg: { d_conv: 1e6 } }, "ssm_cfg.d_conv"],
  [{ ...MAMBA1, ssm_cfg: { expand: -2 } }, "ssm_cfg.expand"],
  [{ ...MAMBA1, ssm_cfg: { expand: 1e308 } }, "ssm_cfg.expand"],
  [{ ...MAMBA1, ssm_cfg: { dt_rank: "all" } }, "ssm_cfg.dt_rank"],
  [{ ...MAMBA1, attn_layer_idx: 3 }, "attn_layer_idx"],
  [{ ...MAMBA1, attn_cfg: 3 }, "attn_cfg"],
  [{ ...MAMBA1, d_state: 16, ssm_cfg: { d_state: 16 } }, "d_state"],
  [{ ...MAMBA1, dModel: 64 }, "d_model"],
  [{ ...MAMBA1, dInner: 100 }, "d_inner"],
  [{ ...MAMBA2, headdim: undefined, nheads: 3 }, "nheads"],
  [{ ...MAMBA1, ssm_cfg: { layer: "Mamba2", headdim: 60 } }, "ssm_cfg.headdim"],
  [{ ...MAMBA1, ssm_cfg: { layer: "Mamba2", headdim: 0 } }, "ssm_cfg.headdim"],
  [{ ...MAMBA1, ssm_cfg: { layer: "Mamba2", ngroups: 3 } }, "ssm_cfg.ngroups"],
  [
    { ...MAMBA1, ssm_cfg: { layer: "Mamba2", dt_limit: [1, 0] } },
    "ssm_cfg.dt_limit",
  ],
  [
    { ...MAMBA1, d_model: 1024, n_layer: 1000, ssm_cfg: { d_state: 65536 } },
    "ssm_cfg.d_state",
  ],
  [{ ...HF1, hidden_size: "64" }, "hidden_size"],
  [{ ...HF1, layer_norm_epsilon: NaN }, "layer_norm_epsilon"],
  [{ ...HF1, eos_token_id: "x" }, "eos_token_id"],
  [{ ...HF2, num_heads: 7 }, "num_heads"],
  [{ ...HF2, time_step_limit: [0, NaN] }, "time_step_limit"],
  [{ ...HF2, time_step_limit: [-1, 1] }, "time_step_limit"],
  [{ hidden_size: 64 }, "model_type"],
];
for (const [json, field] of WRONG) {
  const key = field.split(".").at(-1)!;
  Deno.test(`MambaConfig.from() names ${field} in ${describe(json, key)}`, () => {
    const error = assertThrows(() => MambaConfig.from(json), MambaError, key);
    assertEquals([error.code, error.field], ["invalid_argument", field]);
    const inFile = assertThrows(
      () => MambaConfig.from(json, "dir/config.json"),
      MambaError,
      "Cannot load dir/config.json: ",
    );
    assertEquals(inFile.code, "invalid_checkpoint");
  });
}

const UNSUPPORTED: [Record<string, unknown>, string][] = [
  [{ ...MAMBA1, d_intermediate: 128 }, "d_intermediate"],
  [{ ...MAMBA1, attn_layer_idx: [1] }, "attn_layer_idx"],
  [{ ...MAMBA1, ssm_cfg: { layer: "Mamba3" } }, "Mamba3"],
  [{ ...MAMBA1, ssm_cfg: { layer: "mamba2" } }, "mamba2"],
  [{ ...MAMBA1, ssm_cfg: { bidirectional: true } }, "bidirectional"],
  [{ ...MAMBA1, ssm_cfg: { headdim: 32 } }, "headdim"],
  [{ ...MAMBA1, bidirectional: true }, "bidirectional"],
  [{ ...MAMBA1, ["__proto__x"]: 1 }, "__proto__x"],
  ...(["D_has_hdim", "norm_before_gate"].map((key) =>
    [{ ...MAMBA1, ssm_cfg: { layer: "Mamba2", [key]: true } }, key] as [
      Record<string, unknown>,
      string,
    ]
  )),
  [{ ...MAMBA1, ssm_cfg: { layer: "Mamba2", rmsnorm: false } }, "rmsnorm"],
  [{ ...MAMBA1, ssm_cfg: { layer: "Mamba2", d_ssm: 64 } }, "d_ssm"],
  [{ ...MAMBA1, ssm_cfg: { layer: "Mamba2", activation: "gelu" } }, "gelu"],
  [{ ...HF1, model_type: "falcon_mamba" }, "falcon_mamba"],
  [{ ...HF1, model_type: "llama" }, "llama"],
  [{ model_type: "gpt2", n_layer: 12 }, "gpt2"],
  [{ ...HF1, hidden_act: "gelu" }, "gelu"],
];
for (const [json, name] of UNSUPPORTED) {
  Deno.test(`MambaConfig.from() refuses ${name} by name in ${describe(json, name)}`, () => {
    const error = assertThrows(() => MambaConfig.from(json), MambaError, name);
    assertEquals(error.code, "unsupported");
  });
}

Deno.test("MambaConfig.from() accepts keys that change no result", () => {
  const harmless = {
    ...MAMBA1,
    _name_or_path: "x",
    architectures: ["MambaLMHeadModel"],
    torch_dtype: "float16",
    attn_cfg: { causal: true },
    ssm_cfg: { dt_min: 0.01, dt_init: "random", use_fast_path: false },
  };
  assertEquals(MambaConfig.from(harmless), MambaConfig.from(MAMBA1));
  const ssm_cfg = {
    ...MAMBA2.ssm_cfg,
    A_init_range: [1, 16],
    use_mem_eff_path: true,
    d_ssm: 128,
    process_group: null,
  };
  assertEquals(
    MambaConfig.from({ ...MAMBA2, ssm_cfg }),
    MambaConfig.from(MAMBA2),
  );
});

Deno.test("MambaConfig.from() refuses what is no object", () => {
  for (const json of [null, undefined, 1, "x", [], [MAMBA1]]) {
    assertThrows(() => MambaConfig.from(json), MambaError, "object");
  }
});

function describe(json: Record<string, unknown>, key: string): string {
  const ssm = json["ssm_cfg"];
  const inner = typeof ssm === "object" && ssm !== null && key in ssm
    ? ssm as Record<string, unknown>
    : json;
  return formatConfigText({ [key]: inner[key] ?? null })
    .replace(/\s+/g, " ").trim();
}
