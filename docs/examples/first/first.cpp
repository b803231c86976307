#include <expops/expops.hpp>
#include <cstdio>

int main()
{
    const expops::array in({ 3 }, std::vector<float>{ -1, 0, 1 });
    for (float y : expops::run("silu", { in }).read<float>())
        std::printf("%g ", y);
    std::puts("");
}
