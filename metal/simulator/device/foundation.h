// What the simulated device needs of its Foundation besides Apple's interface.
#pragma once

#import <Foundation/Foundation.h>

#include <string>

NS_ASSUME_NONNULL_BEGIN

extern "C" id simulator_allocate(Class cls) NS_RETURNS_RETAINED;

@interface NSError ()
+ (instancetype)simulatedWithDomain:(NSErrorDomain)domain
                               code:(NSInteger)code
                               text:(const std::string&)text;
@end

NS_ASSUME_NONNULL_END
