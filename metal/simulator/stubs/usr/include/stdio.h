#pragma once
#include <_darwin.h>
#include <stdarg.h>
typedef struct __sFILE FILE;
typedef off_t fpos_t;
#define BUFSIZ 1024
#define EOF (-1)
#define FILENAME_MAX 1024
#define FOPEN_MAX 20
#define L_tmpnam 1024
#define SEEK_CUR 1
#define SEEK_END 2
#define SEEK_SET 0
#define TMP_MAX 308915776
#define _IOFBF 0
#define _IOLBF 1
#define _IONBF 2
DARWIN_BEGIN
extern FILE *__stdinp, *__stdoutp, *__stderrp;
#define stdin __stdinp
#define stdout __stdoutp
#define stderr __stderrp
void clearerr(FILE*), perror(const char*), rewind(FILE*);
void setbuf(FILE*, char*);
int fclose(FILE*), feof(FILE*), ferror(FILE*), fflush(FILE*), fgetc(FILE*);
int fgetpos(FILE*, fpos_t*), fputc(int, FILE*), fputs(const char*, FILE*);
int fileno(FILE*), fseek(FILE*, long, int), fseeko(FILE*, off_t, int);
int fsetpos(FILE*, const fpos_t*), getc(FILE*), getchar(void);
int putc(int, FILE*), putchar(int), puts(const char*), remove(const char*);
int rename(const char*, const char*), setvbuf(FILE*, char*, int, size_t);
int ungetc(int, FILE*);
char *fgets(char*, int, FILE*), *gets(char*), *tmpnam(char*);
FILE *fdopen(int, const char*), *fopen(const char*, const char*);
FILE* tmpfile(void);
FILE* freopen(const char*, const char*, FILE*);
size_t fread(void*, size_t, size_t, FILE*);
size_t fwrite(const void*, size_t, size_t, FILE*);
long ftell(FILE*);
off_t ftello(FILE*);
int printf(const char*, ...) __attribute__((format(printf, 1, 2)));
int fprintf(FILE*, const char*, ...) __attribute__((format(printf, 2, 3)));
int sprintf(char*, const char*, ...) __attribute__((format(printf, 2, 3)));
int snprintf(char*, size_t, const char*, ...)
    __attribute__((format(printf, 3, 4)));
int asprintf(char**, const char*, ...) __attribute__((format(printf, 2, 3)));
int vprintf(const char*, va_list), vfprintf(FILE*, const char*, va_list);
int vsprintf(char*, const char*, va_list);
int vsnprintf(char*, size_t, const char*, va_list);
int vasprintf(char**, const char*, va_list);
int scanf(const char*, ...), fscanf(FILE*, const char*, ...);
int sscanf(const char*, const char*, ...), vscanf(const char*, va_list);
int vfscanf(FILE*, const char*, va_list);
int vsscanf(const char*, const char*, va_list);
DARWIN_END
