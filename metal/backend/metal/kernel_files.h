// Every file of kernels/, as MAMBA_KERNEL_FILE(stem, extension); a test
// compares the list with the folder. No guard: it is included several times.
MAMBA_KERNEL_FILE(arrays, h)
MAMBA_KERNEL_FILE(backward_embedding, h)
MAMBA_KERNEL_FILE(cross_entropy, h)
MAMBA_KERNEL_FILE(gemm, h)
MAMBA_KERNEL_FILE(sample, h)
MAMBA_KERNEL_FILE(sample_ranking, h)
MAMBA_KERNEL_FILE(vectors, h)
MAMBA_KERNEL_FILE(arrays, metal)
MAMBA_KERNEL_FILE(backward_embedding, metal)
MAMBA_KERNEL_FILE(cross_entropy, metal)
MAMBA_KERNEL_FILE(gemm, metal)
MAMBA_KERNEL_FILE(sample, metal)
