#pragma once
#include <_darwin.h>
DARWIN_BEGIN
void *memchr(const void*, int, size_t), *memcpy(void*, const void*, size_t);
void *memmove(void*, const void*, size_t), *memset(void*, int, size_t);
int memcmp(const void*, const void*, size_t), strcmp(const char*, const char*);
int strcoll(const char*, const char*);
int strncmp(const char*, const char*, size_t);
size_t strcspn(const char*, const char*), strlen(const char*);
size_t strspn(const char*, const char*), strnlen(const char*, size_t);
size_t strxfrm(char*, const char*, size_t);
char *strcat(char*, const char*), *strchr(const char*, int);
char *strcpy(char*, const char*), *strdup(const char*), *strerror(int);
char* strncat(char*, const char*, size_t);
char* strncpy(char*, const char*, size_t);
char *strpbrk(const char*, const char*), *strrchr(const char*, int);
char *strstr(const char*, const char*), *strtok(char*, const char*);
int strerror_r(int, char*, size_t);
DARWIN_END
