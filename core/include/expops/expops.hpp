// The library for C++17: arrays that free themselves, failures as exceptions. Everything of expops.h may be used beside it.
#ifndef EXPOPS_EXPOPS_HPP
#define EXPOPS_EXPOPS_HPP

#include <complex>
#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "expops/expops.h"

namespace expops
{

// What a function of the library returned other than EXPOPS_OK; what() is the thread's error text.
class error : public std::runtime_error
{
public:
    explicit error(expops_status status) : std::runtime_error(expops_error_text()), status_(status) {}
    expops_status status() const noexcept { return status_; }

private:
    expops_status status_;
};

inline void check(expops_status status)
{
    if (status != EXPOPS_OK)
        throw error(status);
}

// The element type of C++ types. bool, not std::vector<bool>'s bits: see array.
template <class T> struct dtype_of;
template <> struct dtype_of<float> { static constexpr expops_dtype value = EXPOPS_DTYPE_F32; };
template <> struct dtype_of<double> { static constexpr expops_dtype value = EXPOPS_DTYPE_F64; };
template <> struct dtype_of<std::int8_t> { static constexpr expops_dtype value = EXPOPS_DTYPE_I8; };
template <> struct dtype_of<std::int16_t> { static constexpr expops_dtype value = EXPOPS_DTYPE_I16; };
template <> struct dtype_of<std::int32_t> { static constexpr expops_dtype value = EXPOPS_DTYPE_I32; };
template <> struct dtype_of<std::int64_t> { static constexpr expops_dtype value = EXPOPS_DTYPE_I64; };
template <> struct dtype_of<std::uint8_t> { static constexpr expops_dtype value = EXPOPS_DTYPE_U8; };
template <> struct dtype_of<std::complex<float>> { static constexpr expops_dtype value = EXPOPS_DTYPE_C64; };
template <> struct dtype_of<std::complex<double>> { static constexpr expops_dtype value = EXPOPS_DTYPE_C128; };

// A device, open until its last copy is destroyed with its arrays. The default one where no name is given.
class device
{
public:
    device() = default;
    explicit device(const std::string &spec) { check(expops_device_open(spec.c_str(), &handle_)); }
    device(device &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    device &operator=(device &&other) noexcept
    {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~device()
    {
        if (handle_)
            expops_device_close(&handle_);
    }
    // NULL is the default device, as everywhere.
    expops_device *get() const noexcept { return handle_; }

private:
    expops_device *handle_ = nullptr;
};

// A compact tensor in memory of the library's own; move-only. `device` must outlive it.
class array
{
public:
    array() = default;
    array(std::vector<std::int64_t> shape, expops_dtype dtype, const void *data = nullptr, expops_device *device = nullptr)
        : device_(device)
    {
        check(expops_array_new(device, dtype, static_cast<std::int32_t>(shape.size()), shape.data(), data, &tensor_));
    }
    // The elements in row-major order; as many as the shape has, or std::invalid_argument.
    template <class T>
    array(std::vector<std::int64_t> shape, const std::vector<T> &data, expops_device *device = nullptr) : device_(device)
    {
        std::int64_t count = 1;
        for (std::int64_t size : shape)
            count *= size;
        if (count != static_cast<std::int64_t>(data.size()))
            throw std::invalid_argument("the shape has another number of elements");
        check(expops_array_new(device, dtype_of<T>::value, static_cast<std::int32_t>(shape.size()), shape.data(),
                               data.data(), &tensor_));
    }
    // Takes an array of the library's.
    array(expops_tensor *tensor, expops_device *device) noexcept : tensor_(tensor), device_(device) {}
    array(array &&other) noexcept : tensor_(std::exchange(other.tensor_, nullptr)), device_(other.device_) {}
    array &operator=(array &&other) noexcept
    {
        std::swap(tensor_, other.tensor_);
        std::swap(device_, other.device_);
        return *this;
    }
    ~array() { expops_array_free(device_, tensor_); }

    const expops_tensor *get() const noexcept { return tensor_; }
    std::vector<std::int64_t> shape() const { return { tensor_->shape, tensor_->shape + tensor_->ndim }; }
    // Waits, and copies the elements; std::invalid_argument where they are of another type.
    template <class T> std::vector<T> read() const
    {
        const expops_dl_dtype want = expops_dtype_to_dl(dtype_of<T>::value), have = tensor_->dtype;
        if (want.code != have.code || want.bits != have.bits)
            throw std::invalid_argument("the elements are of another type");
        std::vector<T> data(static_cast<std::size_t>(expops_tensor_numel(tensor_)));
        check(expops_array_read(device_, tensor_, data.data(), data.size() * sizeof(T)));
        return data;
    }

private:
    expops_tensor *tensor_ = nullptr;
    expops_device *device_ = nullptr;
};

// An argument of a call: an array, a number, a bool, a list of ints, any expops_value. What it points to must live until the
// call returns.
class value
{
public:
    value(const array &tensor) : value_(expops_tensor_value(tensor.get())) {}
    value(double real) : value_(expops_real(real)) {}
    value(std::int64_t integer) : value_(expops_int(integer)) {}
    value(int integer) : value_(expops_int(integer)) {}
    value(bool truth) : value_(expops_bool(truth)) {}
    value(const std::vector<std::int64_t> &list)
        : value_(expops_ints(list.data(), static_cast<std::uint32_t>(list.size())))
    {
    }
    value(expops_value given) : value_(given) {}
    expops_value get() const noexcept { return value_; }

private:
    expops_value value_;
};

// Runs an operator into new arrays; one for each of its outputs.
inline std::vector<array> run_all(const char *name, std::initializer_list<value> args, std::size_t outputs,
                                  expops_device *device = nullptr)
{
    std::vector<expops_value> values;
    std::vector<expops_tensor *> made(outputs);
    std::vector<array> results;
    for (const value &arg : args)
        values.push_back(arg.get());
    results.reserve(outputs); // nothing is thrown between the call and the arrays that free what it made
    check(expops_run(name, device, values.data(), values.size(), made.data(), outputs));
    for (expops_tensor *tensor : made)
        results.emplace_back(tensor, device);
    return results;
}

inline array run(const char *name, std::initializer_list<value> args, expops_device *device = nullptr)
{
    return std::move(run_all(name, args, 1, device).front());
}

} // namespace expops

#endif
