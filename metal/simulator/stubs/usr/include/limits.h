#pragma once
#define PATH_MAX 1024
#define SSIZE_MAX __LONG_MAX__
