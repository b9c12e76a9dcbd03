import { assert, assertEquals, assertThrows } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import {
  MambaError,
  type MambaLMHeadModel,
  type MambaState,
} from "../../lib/mod.ts";
import { LAYERS, someIds, tinyModel } from "../helpers/tiny_models.ts";

for (const layer of LAYERS) {
  describe(`MambaState of a ${layer} model`, () => {
    let model: MambaLMHeadModel;
    let state: MambaState;

    beforeEach(async () => {
      model = await tinyModel(layer);
      state = model.createState();
      await model.forward(someIds(30), { state });
    });
    // The state goes with its model.
    afterEach(() => model.close());

    it("clone() gives a state that goes on alone", async () => {
      const copy = state.clone();
      const { logits } = await model.forward([5], { state });
      assertEquals(copy.position, 30);
      assertEquals((await model.forward([5], { state: copy })).logits, logits);
    });

    it("reset() goes back to zeros", () => {
      state.reset();
      assertEquals(state.position, 0);
      const zeros = model.createState().layer(1);
      assertEquals(state.layer(1), zeros);
      assert(zeros.ssmState.every((x) => x === 0));
    });

    it("save() gives bytes that loadState() turns into the same state", () => {
      const bytes = state.save();
      const loaded = model.loadState(bytes);
      assertEquals(loaded.position, state.position);
      for (let i = 0; i < model.config.nLayer; i++) {
        assertEquals(loaded.layer(i), state.layer(i));
      }
      assertEquals(loaded.save(), bytes);
    });

    it("byteLength and the saved size are the same at every length", async () => {
      const { byteLength } = state;
      const saved = state.save().length;
      await model.forward(someIds(500), { state });
      assertEquals(state.byteLength, byteLength);
      assertEquals(state.save().length, saved);
      const { convState, ssmState } = state.layer(0);
      assertEquals(
        byteLength,
        4 * model.config.nLayer * (convState.length + ssmState.length),
      );
    });

    it("layer() refuses a layer that is not there", () => {
      for (const index of [-1, 2, 0.5, NaN]) {
        assertThrows(() => state.layer(index), MambaError, "layer");
      }
    });

    it("loadState() refuses bytes that are damaged or of another model", async () => {
      await using other = await tinyModel(layer, { seed: 8 });
      const bytes = state.save();
      const refused = (bytes: Uint8Array, owner = model) => {
        const error = assertThrows(() => owner.loadState(bytes), MambaError);
        assertEquals(error.code, "invalid_argument");
      };
      refused(new Uint8Array(0));
      refused(new Uint8Array(bytes.length));
      refused(bytes.subarray(0, bytes.length - 1));
      refused(bytes, other);
      for (let at = 0; at < bytes.length; at += 997) {
        const damaged = bytes.slice();
        damaged[at] = damaged[at]! ^ 0x41;
        refused(damaged);
      }
    });

    it("loadState() takes bytes from a place that is not aligned", () => {
      const bytes = state.save();
      const shifted = new Uint8Array(bytes.length + 1);
      shifted.set(bytes, 1);
      assertEquals(model.loadState(shifted.subarray(1)).position, 30);
    });
  });
}
