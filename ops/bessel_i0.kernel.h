/* The modified Bessel function of order 0, for the operators made of it: what they put between `#ifdef XK` and `#endif`. */

#define bessel_i0_near XK_OWN(bessel_i0_near)
#define bessel_i0_far XK_OWN(bessel_i0_far)
#if XK_F64
#define BESSEL_I0_LIMIT XK_C(10)
#else
#define BESSEL_I0_LIMIT XK_C(5)
#endif

/* I0(x) over v = x^2 / 4, |x| <= BESSEL_I0_LIMIT */
XK_FN xk_t bessel_i0_near(xk_t v)
{
#if XK_F64
    xk_t y = XK_C(1.572631176604601e-29);
    y = (y * v + XK_C(1.3887463825307687e-27)) * v + XK_C(6.438276974117441e-25);
    y = (y * v + XK_C(1.2899240266389696e-22)) * v + XK_C(2.5869716184443618e-20);
    y = (y * v + XK_C(4.356548513350253e-18)) * v + XK_C(6.276397598147444e-16);
    y = (y * v + XK_C(7.59401733200507e-14)) * v + XK_C(7.594062469931115e-12);
    y = (y * v + XK_C(6.151187028007031e-10)) * v + XK_C(3.936759905501551e-8);
    y = (y * v + XK_C(1.9290123450308158e-6)) * v + XK_C(6.94444444462373e-5);
    y = (y * v + XK_C(1.7361111111078307e-3)) * v + XK_C(2.7777777777781426e-2);
    y = (y * v + XK_C(2.4999999999999786e-1)) * v + XK_C(1.0000000000000004);
    y = y * v + XK_C(1.0);
#elif XK_HALF
    xk_t y = XK_C(0.0001086542);
    y = (y * v + XK_C(0.0014888558)) * v + XK_C(0.028437369);
    y = (y * v + XK_C(0.24927105)) * v + XK_C(1.0002627);
    y = y * v + XK_C(0.99998695);
#else
    xk_t y = XK_C(8.676616e-10);
    y = (y * v + XK_C(3.6250096e-8)) * v + XK_C(1.9492152e-6);
    y = (y * v + XK_C(6.936895e-5)) * v + XK_C(1.736276e-3);
    y = (y * v + XK_C(2.7777577e-2)) * v + XK_C(2.5000012e-1);
    y = (y * v + XK_C(1.0)) * v + XK_C(1.0);
#endif
    return y;
}

/* I0(x) * sqrt(x) * exp(-x) over v = 1 / x, beyond */
XK_FN xk_t bessel_i0_far(xk_t v)
{
#if XK_F64
    xk_t y = XK_C(5.048084630277079e+14);
    y = (y * v + XK_C(-4.9030078624409744e+14)) * v + XK_C(2.1799044261102834e+14);
    y = (y * v + XK_C(-5.8840538909501664e+13)) * v + XK_C(1.0789252168794035e+13);
    y = (y * v + XK_C(-1.4255680158651736e+12)) * v + XK_C(1.4052561123747903e+11);
    y = (y * v + XK_C(-1.0555806033571796e+10)) * v + XK_C(6.117068306226295e8);
    y = (y * v + XK_C(-2.750250720298767e7)) * v + XK_C(9.595157630712974e5);
    y = (y * v + XK_C(-2.5827824984411596e4)) * v + XK_C(5.337201421745143e2);
    y = (y * v + XK_C(-7.509431177084627)) * v + XK_C(3.2092351483408177e-1);
    y = (y * v + XK_C(8.986739962151251e-2)) * v + XK_C(4.474611153252738e-2);
    y = (y * v + XK_C(2.9219392671851217e-2)) * v + XK_C(2.805062911240588e-2);
    y = (y * v + XK_C(4.986778505016429e-2)) * v + XK_C(3.989422804014327e-1);
#elif XK_HALF
    xk_t y = XK_C(0.075798765);
    y = (y * v + XK_C(0.020404493)) * v + XK_C(0.050224055);
    y = y * v + XK_C(0.39893976);
#else
    xk_t y = XK_C(6.805983e2);
    y = (y * v + XK_C(-7.016059e2)) * v + XK_C(2.737791e2);
    y = (y * v + XK_C(-5.2570522e1)) * v + XK_C(5.7594166);
    y = (y * v + XK_C(-3.016616e-1)) * v + XK_C(4.0841196e-2);
    y = (y * v + XK_C(2.7858976e-2)) * v + XK_C(4.986898e-2);
    y = y * v + XK_C(3.989423e-1);
#endif
    return y;
}
