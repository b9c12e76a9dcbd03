import type { MambaLMHeadModel } from "./mamba_lm_head_model.ts";

/** A model that stays loaded until the lease is given back. */
export interface ModelLease extends Disposable {
  readonly model: MambaLMHeadModel;
}

/** Leases that are given back together, those too that come only afterwards. */
export class Leases implements Disposable {
  readonly #leases: ModelLease[] = [];
  #ended = false;

  /** The model of a lease that is on its way. */
  async take(coming: Promise<ModelLease>): Promise<MambaLMHeadModel> {
    const lease = await coming;
    if (this.#ended) lease[Symbol.dispose]();
    else this.#leases.push(lease);
    return lease.model;
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    for (const lease of this.#leases.splice(0)) lease[Symbol.dispose]();
  }
}
