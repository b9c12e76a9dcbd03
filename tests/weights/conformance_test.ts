import { join } from "node:path";
import { assertEquals, assertGreater } from "@std/assert";
import { openCheckpoint } from "../../lib/weights/mod.ts";
import { conformanceCases, oracleDirectory } from "../helpers/conformance.ts";
import { assertHostileCase, readManifest } from "./helpers/hostile.ts";

const FORMS = ["", "hf", "bin"];

for (const { name, directory } of conformanceCases()) {
  const forms = FORMS.filter((form) =>
    isFile(join(directory, form, "config.json"))
  );
  Deno.test(`openCheckpoint() reads the same weights from every form of ${name}`, async () => {
    const first = await openCheckpoint(directory);
    assertGreater(first.tensors.length, 0);
    for (const form of forms) {
      const other = await openCheckpoint(join(directory, form));
      const byName = new Map(other.tensors.map((t) => [t.name, t]));
      for (const tensor of first.tensors) {
        const twin = byName.get(tensor.name);
        assertEquals(twin?.shape, tensor.shape);
        assertEquals(await twin?.read(), await tensor.read());
      }
      assertEquals(other.config.paddedVocabSize, first.config.paddedVocabSize);
      assertEquals(other.form, form === "hf" ? "transformers" : "state-spaces");
    }
  });
}

const oracle = oracleDirectory();
if (oracle !== undefined) {
  const manifest = readManifest(join(oracle, "hostile"));
  for (const hostile of manifest.cases) {
    Deno.test(`openCheckpoint() with ${hostile.dir}: ${hostile.why}`, () =>
      assertHostileCase(
        join(oracle, "hostile"),
        hostile,
        manifest.marker_files,
      ));
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
