#pragma once

// Ends with a zero; each processor has its own.
void print(const char* text);
