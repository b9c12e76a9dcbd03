import { assert, assertEquals } from "@std/assert";
import { VERBS } from "../../lib/cli/verbs.ts";
import { benchmarkDirectory } from "../../lib/config.ts";
import { CLI, cli, server } from "../../lib/tasks/permissions.ts";
import { withEnvironment } from "../helpers/with_environment.ts";

const added = (...args: string[]) =>
  cli(args).filter((flag) => !CLI.includes(flag));

Deno.test("cli() gives the network to pull and bench alone", async () => {
  for (const { name } of VERBS) {
    const network = added(name).filter((flag) =>
      flag.startsWith("--allow-net")
    );
    assertEquals(network.length > 0, ["pull", "bench"].includes(name), name);
  }
  await withEnvironment({ HF_ENDPOINT: "" }, () => {
    assertEquals(added("pull", "mamba-130m"), [
      "--allow-write",
      "--allow-net=huggingface.co,*.huggingface.co,*.hf.co",
    ]);
    return Promise.resolve();
  });
  await withEnvironment({ HF_ENDPOINT: "https://mirror.example" }, () => {
    assertEquals(added("pull", "x"), ["--allow-write", "--allow-net"]);
    return Promise.resolve();
  });
});

Deno.test("cli() lets rm and a repairing verify write in the cache alone", async () => {
  await withEnvironment({ HF_HUB_CACHE: "/a,b/hub" }, () => {
    assertEquals(added("rm", "x"), ["--allow-write=/a,,b/hub"]);
    assertEquals(added("verify", "--repair"), ["--allow-write=/a,,b/hub"]);
    for (const args of [["verify"], ["ls"], ["show", "x"], ["run"], []]) {
      assertEquals(added(...args), []);
    }
    return Promise.resolve();
  });
});

Deno.test("server() gives no network but its own address and the hub's", async () => {
  const network = (...args: string[]) =>
    server(args).filter((flag) => flag.startsWith("--allow-net"));
  const hub = "huggingface.co,*.huggingface.co,*.hf.co";
  await withEnvironment({ HF_ENDPOINT: "" }, () => {
    assertEquals(network("--host=127.0.0.1"), [`--allow-net=127.0.0.1,${hub}`]);
    assertEquals(network("--host", "::1"), [`--allow-net=[::1],${hub}`]);
    return Promise.resolve();
  });
  await withEnvironment({ HF_ENDPOINT: "https://mirror.example" }, () => {
    assertEquals(network(), ["--allow-net"]);
    return Promise.resolve();
  });
});

Deno.test("server() lets write where it keeps runs and downloads, and nowhere else", async () => {
  const values = { HF_HUB_CACHE: "/a,b/hub", XDG_DATA_HOME: "/data" };
  await withEnvironment(values, () => {
    const flags = server([]).filter((flag) => flag.startsWith("--allow-write"));
    assertEquals(flags.filter((flag) => !CLI.includes(flag)), [
      "--allow-write=/data/fresh-mamba",
      "--allow-write=/a,,b/hub",
    ]);
    assert(!flags.includes("--allow-write"));
    return Promise.resolve();
  });
});

Deno.test("server() lets benchmarks write where training runs are, and run nothing", async () => {
  const values = { HF_HUB_CACHE: "/data/hub", XDG_DATA_HOME: "/data" };
  await withEnvironment(values, () => {
    const writing = server([])
      .filter((flag) => flag.startsWith("--allow-write"));
    const folders = writing.map((flag) => flag.split("=")[1]!);
    assert(folders.some((folder) => benchmarkDirectory().startsWith(folder)));
    assert(folders.every((folder) => folder.startsWith("/data")));
    assert(!server([]).some((flag) => flag.startsWith("--allow-run")));
    return Promise.resolve();
  });
});
