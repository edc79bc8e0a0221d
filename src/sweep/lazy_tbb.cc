// The functions of oneTBB that engine.cc calls through its headers, each loaded when it is called first: a run that
// sweeps nothing starts sooner without the library. One that lacks here is told by the linker.
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_pipeline.h>

#include "lazy/library.h"

namespace tbb::detail::r1 {
namespace {

const memmap::lazy::Library libtbb(MEMMAP_LIBTBB);

template <class F>
using Lazy = memmap::lazy::Function<F>;

}  // namespace

using Data = d1::execution_data;
using Pool = d1::small_object_pool;
using Context = d1::task_group_context;

// FUNCTION(result, name, parameters, arguments, its name in the library)
#define FUNCTION(result, name, parameters, arguments, symbol)    \
  result __TBB_EXPORTED_FUNC name parameters {                   \
    static const Lazy<result parameters> loaded(libtbb, symbol); \
    return loaded arguments;                                     \
  }

// clang-format off
FUNCTION(void, initialize, (Context& c), (c), "_ZN3tbb6detail2r110initializeERNS0_2d118task_group_contextE")
FUNCTION(void, destroy, (Context& c), (c), "_ZN3tbb6detail2r17destroyERNS0_2d118task_group_contextE")
FUNCTION(bool, is_group_execution_cancelled, (Context& c), (c), "_ZN3tbb6detail2r128is_group_execution_cancelledERNS0_2d118task_group_contextE")
FUNCTION(void, create, (d1::global_control& c), (c), "_ZN3tbb6detail2r16createERNS0_2d114global_controlE")
FUNCTION(void, destroy, (d1::global_control& c), (c), "_ZN3tbb6detail2r17destroyERNS0_2d114global_controlE")
FUNCTION(int, max_concurrency, (const d1::task_arena_base* a), (a), "_ZN3tbb6detail2r115max_concurrencyEPKNS0_2d115task_arena_baseE")
FUNCTION(int, numa_default_concurrency, (int node), (node), "_ZN3tbb6detail2r124numa_default_concurrencyEi")
FUNCTION(d1::slot_id, execution_slot, (const Data* d), (d), "_ZN3tbb6detail2r114execution_slotEPKNS0_2d114execution_dataE")
FUNCTION(void, spawn, (d1::task& t, Context& c), (t, c), "_ZN3tbb6detail2r15spawnERNS0_2d14taskERNS2_18task_group_contextE")
FUNCTION(void, execute_and_wait, (d1::task& t, Context& c, d1::wait_context& w, Context& own), (t, c, w, own), "_ZN3tbb6detail2r116execute_and_waitERNS0_2d14taskERNS2_18task_group_contextERNS2_12wait_contextES6_")
FUNCTION(void, notify_waiters, (std::uintptr_t w), (w), "_ZN3tbb6detail2r114notify_waitersEm")
FUNCTION(void, parallel_pipeline, (Context& c, std::size_t tokens, const d1::filter_node& f), (c, tokens, f), "_ZN3tbb6detail2r117parallel_pipelineERNS0_2d118task_group_contextEmRKNS2_11filter_nodeE")
FUNCTION(void, set_end_of_input, (d1::base_filter& f), (f), "_ZN3tbb6detail2r116set_end_of_inputERNS0_2d111base_filterE")
FUNCTION(void*, allocate, (Pool*& p, std::size_t n, const Data& d), (p, n, d), "_ZN3tbb6detail2r18allocateERPNS0_2d117small_object_poolEmRKNS2_14execution_dataE")
FUNCTION(void*, allocate, (Pool*& p, std::size_t n), (p, n), "_ZN3tbb6detail2r18allocateERPNS0_2d117small_object_poolEm")
FUNCTION(void, deallocate, (Pool& p, void* at, std::size_t n, const Data& d), (p, at, n, d), "_ZN3tbb6detail2r110deallocateERNS0_2d117small_object_poolEPvmRKNS2_14execution_dataE")
FUNCTION(void*, allocate_memory, (std::size_t n), (n), "_ZN3tbb6detail2r115allocate_memoryEm")
FUNCTION(void, deallocate_memory, (void* at), (at), "_ZN3tbb6detail2r117deallocate_memoryEPv")
FUNCTION(void, assertion_failure, (const char* place, int line, const char* what, const char* why), (place, line, what, why), "_ZN3tbb6detail2r117assertion_failureEPKciS3_S3_")
// clang-format on

}  // namespace tbb::detail::r1
