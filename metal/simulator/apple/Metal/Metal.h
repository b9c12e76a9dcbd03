// The part of Metal that a compute host uses, for builds without Apple's SDK:
// declarations as Apple documents them, macOS 12.3. On a Mac the SDK's own
// headers are found instead.
#pragma once

#import <Metal/MTLDevice.h>
