/* The sum over (x / 2)^(2k) / k!^2, and the asymptotic one, whose last terms are below long double's unit. */
static long double scaled_bessel(long double a)
{
    const long double q = a * a / 4;
    long double term = 1, sum = 0;
    if (a < 40) {
        for (int k = 1; k < 200; k++) {
            sum += term;
            term *= q / k / k;
        }
        return sum * expl(-a);
    }
    term = 1;
    for (int k = 1; k < 30; k++) {
        sum += term;
        term *= (2 * k - 1) * (2 * k - 1) / (8 * k * a);
    }
    return sum / sqrtl(2 * acosl(-1) * a);
}
