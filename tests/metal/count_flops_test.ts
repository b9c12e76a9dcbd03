import { assertEquals, assertThrows } from "@std/assert";
import { countFlops } from "../../lib/simulator/count_flops.ts";

/** What a basic block of these instructions adds. */
function flopsOf(...instructions: string[]): number {
  const counted = countFlops(
    ["define void @f() {", ...instructions, "  ret void", "}"].join("\n"),
  );
  return Number(/ = add i64 %\S+, (\d+)$/m.exec(counted)?.[1] ?? 0);
}

/** Instruction → operations of it. */
const COUNTS: Record<string, number> = {
  "%3 = fadd float %1, %2, !dbg !7": 1,
  "%3 = fsub half %1, 0xH3C00": 1,
  "%3 = fmul nnan ninf double %1, %2": 1,
  "%3 = fdiv <2 x float> %1, %2": 2,
  "%q = frem float %1, %2": 1,
  "%3 = call noundef float @llvm.fma.f32(float %1, float %2, float %3)": 2,
  "%3 = tail call <8 x float> @llvm.fma.v8f32(<8 x float> %1)": 16,
  "%3 = call nofpclass(nan inf) float @llvm.exp2.f32(float %1)": 1,
  "%3 = call float @llvm.sqrt.f32(float %1)": 1,
  "%3 = call float @powf(float %1, float %2)": 1,
  "%3 = call float @llvm.fabs.f32(float %1)": 0,
  "%3 = call float @llvm.maxnum.f32(float %1, float %2)": 0,
  "%3 = call float @floorf(float %1)": 0,
  // Its operations are counted where it is.
  "%3 = call fastcc float @_Z3sumff(float %1, float %2)": 0,
  "%3 = fcmp olt float %1, %2": 0,
  "%3 = fneg float %1": 0,
  "%3 = fptrunc float %1 to half": 0,
  "%3 = call i32 @llvm.umin.i32(i32 %1, i32 %2)": 0,
  "%3 = add i32 %1, %2": 0,
  "call void @mtl_barrier(i32 0, i32 2)": 0,
};

for (const [instruction, flops] of Object.entries(COUNTS)) {
  Deno.test(`countFlops() counts ${flops} in ${instruction}`, () => {
    assertEquals(flopsOf(`  ${instruction}`), flops);
  });
}

Deno.test("countFlops() adds once at the end of every block that has some", () => {
  const program = `
define float @f(float %0, i1 %1) {
  %3 = fadd float %0, 1.0
  %4 = fmul float %3, %0
  br i1 %1, label %5, label %7

5:                                                ; preds = %2
  %6 = fdiv float %4, %0
  br label %7

7:                                                ; preds = %5, %2
  %8 = phi float [ %6, %5 ], [ %4, %2 ]
  switch i32 0, label %9 [
    i32 1, label %9
  ]

9:
  ret float %8
}
`;
  const added = countFlops(program).split("\n").flatMap((line, i, lines) => {
    const sum = / = add i64 \S+, (\d+)/.exec(line);
    return sum === null ? [] : [[sum[1], lines[i + 2]]];
  });
  assertEquals(added, [
    ["2", "  br i1 %1, label %5, label %7"],
    ["1", "  br label %7"],
  ]);
});

Deno.test("countFlops() leaves a program without numbers as it is", () => {
  const program = "define void @f() {\n  ret void\n}\n";
  assertEquals(countFlops(program), program);
});

Deno.test("countFlops() refuses what it does not know", () => {
  for (
    const instruction of [
      "%3 = call float @llvm.vector.reduce.fadd.v8f32(float 0.0)",
      "%3 = call float @erff(float %1)",
      "%3 = fadd bfloat %1, %2",
    ]
  ) {
    assertThrows(() => flopsOf(`  ${instruction}`), Error, "Cannot count");
  }
});
