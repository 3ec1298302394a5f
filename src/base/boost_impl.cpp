// Boost.JSON and Asio, compiled once for the whole program.
#include <boost/asio/impl/src.hpp>
#include <boost/json/src.hpp>
