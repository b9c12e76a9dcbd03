#pragma once
#include <_darwin.h>
