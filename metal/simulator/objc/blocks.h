// Blocks as clang lays them out.
#pragma once

namespace objc {
bool is_block(const void* object);
}

extern "C" {
void* _Block_copy(const void* block);
void _Block_release(const void* block);
}
