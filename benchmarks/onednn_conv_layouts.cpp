//===- onednn_conv_layouts.cpp - What the layout of activations costs -----===//
//
// Times the convolutions of ResNet-18 or ResNet-50 as a chain (ReLU and residual sums fused, batch
// 1) with oneDNN alone, in three forms, taken in turn so that a disturbance hits all of them:
//   f32 nhwc     every activation channels-last
//   f32 any      every activation in the layout that the primitive prefers; reorders where two
//   neighbours differ int8 nhwc    u8 activations, s8 weights with one scale per output channel
// It answers one question: how much do float convolutions lose by keeping activations
// channels-last?
//
// usage: onednn_conv_layouts [18|50] [threads] [rounds] [-v]      times are medians, in
// milliseconds
//
//===----------------------------------------------------------------------===//

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <omp.h>
#include <oneapi/dnnl/dnnl.hpp>
#include <string>
#include <vector>

using namespace dnnl;
using tag = memory::format_tag;
using dt = memory::data_type;

namespace {

struct Layer {
  int in, out, size, kernel, stride;
  bool relu;
  int addend; // layer whose result is added, or -1
  int input;  // layer whose result is read; -1: the network's input; max pooling follows layer 0
};

/// The convolutions of ResNet-18 (two 3x3 a block) or ResNet-50 (1x1, 3x3, 1x1).
std::vector<Layer> resnet(int depth) {
  std::vector<Layer> layers{{3, 64, 224, 7, 2, true, -1, -1}};
  const auto last = [&] { return int(layers.size()) - 1; };
  const bool bottleneck = depth == 50;
  const int blocks18[] = {2, 2, 2, 2}, blocks50[] = {3, 4, 6, 3};
  int size = 56, channels = 64;
  for (int stage = 0; stage < 4; ++stage)
    for (int block = 0; block < (bottleneck ? blocks50 : blocks18)[stage]; ++block) {
      const int width = 64 << stage, out = bottleneck ? 4 * width : width,
                stride = block == 0 && stage ? 2 : 1;
      const int input = last();
      int shortcut = input;
      if (channels != out) {
        layers.push_back({channels, out, size, 1, stride, false, -1, input});
        shortcut = last();
      }
      if (bottleneck) {
        layers.push_back({channels, width, size, 1, 1, true, -1, input});
        layers.push_back({width, width, size, 3, stride, true, -1, last()});
        layers.push_back({width, out, size / stride, 1, 1, true, shortcut, last()});
      } else {
        layers.push_back({channels, out, size, 3, stride, true, -1, input});
        layers.push_back({out, out, size / stride, 3, 1, true, shortcut, last()});
      }
      size /= stride;
      channels = out;
    }
  return layers;
}

enum class Form { F32Nhwc, F32Any, Int8Nhwc };

class Chain {
public:
  Chain(int depth, Form form, engine eng) : form(form), eng(eng), strm(eng) {
    build(resnet(depth));
  }

  void run() {
    for (auto &step : steps)
      step.prim.execute(strm, step.args);
    strm.wait();
  }

  void timeSteps(int rounds) {
    std::vector<std::vector<double>> ms(steps.size());
    for (int r = 0; r < rounds; ++r)
      for (size_t i = 0; i < steps.size(); ++i) {
        auto t = std::chrono::steady_clock::now();
        steps[i].prim.execute(strm, steps[i].args);
        ms[i].push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - t)
                .count());
      }
    for (size_t i = 0; i < steps.size(); ++i) {
      std::nth_element(ms[i].begin(), ms[i].begin() + rounds / 2, ms[i].end());
      std::printf("  %7.3f ms  %6.0f GMAC/s  %s\n", ms[i][rounds / 2],
                  steps[i].macs / ms[i][rounds / 2] * 1e-6, steps[i].what.c_str());
    }
  }

private:
  struct Step {
    primitive prim;
    std::unordered_map<int, memory> args;
    std::string what;
    double macs;
  };

  memory fill(const memory::desc &desc) {
    memory m(desc, eng);
    std::memset(m.get_data_handle(), 1, desc.get_size());
    if (desc.get_data_type() == dt::f32)
      std::fill_n(static_cast<float *>(m.get_data_handle()), desc.get_size() / 4, 0.01f);
    return m;
  }

  memory inLayout(memory m, const memory::desc &wanted) {
    if (m.get_desc() == wanted)
      return m;
    memory to = fill(wanted);
    steps.push_back({reorder(m, to), {{DNNL_ARG_FROM, m}, {DNNL_ARG_TO, to}}, "reorder", 0});
    return to;
  }

  void build(const std::vector<Layer> &layers) {
    const bool int8 = form == Form::Int8Nhwc;
    const auto act = int8 ? dt::u8 : dt::f32;
    const auto layout = form == Form::F32Any ? tag::any : tag::nhwc;
    std::vector<memory> results;
    memory netInput = fill({{1, 3, 224, 224}, act, form == Form::F32Any ? tag::nchw : tag::nhwc});
    for (const Layer &l : layers) {
      const int pad = l.kernel / 2, outSize = l.size / l.stride;
      memory::dims s{1, l.in, l.size, l.size}, d{1, l.out, outSize, outSize},
          w{l.out, l.in, l.kernel, l.kernel};
      primitive_attr attr;
      post_ops ops;
      if (l.addend >= 0) {
        if (int8)
          ops.append_sum(0.5f, 3);
        else
          ops.append_sum();
      }
      if (l.relu)
        ops.append_eltwise(algorithm::eltwise_relu, 0, 0);
      attr.set_post_ops(ops);
      if (int8) {
        attr.set_scales_mask(DNNL_ARG_SRC, 0);
        attr.set_scales_mask(DNNL_ARG_WEIGHTS, 1);
        attr.set_scales_mask(DNNL_ARG_DST, 0);
        attr.set_zero_points_mask(DNNL_ARG_SRC, 0);
        attr.set_zero_points_mask(DNNL_ARG_DST, 0);
      }
      memory src = l.input < 0 ? netInput : results[l.input];
      memory::desc srcDesc = l.input < 0
                                 ? memory::desc(s, act, layout == tag::any ? tag::nchw : tag::nhwc)
                                 : memory::desc(s, act, layout);
      memory::desc dstDesc(d, act, layout);
      if (l.addend >= 0)
        dstDesc = results[l.addend].get_desc();
      convolution_forward::primitive_desc pd(
          eng, prop_kind::forward_inference, algorithm::convolution_direct, srcDesc,
          {w, int8 ? dt::s8 : dt::f32, tag::any}, {{l.out}, dt::f32, tag::x}, dstDesc,
          {l.stride, l.stride}, {pad, pad}, {pad, pad}, attr);
      src = inLayout(src, pd.src_desc());
      memory dst = l.addend >= 0 ? results[l.addend] : fill(pd.dst_desc());
      std::unordered_map<int, memory> args{{DNNL_ARG_SRC, src},
                                           {DNNL_ARG_WEIGHTS, fill(pd.weights_desc())},
                                           {DNNL_ARG_BIAS, fill(pd.bias_desc())},
                                           {DNNL_ARG_DST, dst}};
      if (int8) {
        args[DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC] = fill({{1}, dt::f32, tag::x});
        args[DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS] = fill({{l.out}, dt::f32, tag::x});
        args[DNNL_ARG_ATTR_SCALES | DNNL_ARG_DST] = fill({{1}, dt::f32, tag::x});
        for (int arg : {DNNL_ARG_SRC, DNNL_ARG_DST})
          args[DNNL_ARG_ATTR_ZERO_POINTS | arg] = fill({{1}, dt::s32, tag::x});
      }
      const std::string what = std::to_string(l.in) + "->" + std::to_string(l.out) + " " +
                               std::to_string(l.size) + " k" + std::to_string(l.kernel) + " s" +
                               std::to_string(l.stride) + " " + pd.impl_info_str();
      steps.push_back({convolution_forward(pd), args, what,
                       double(l.in) * l.out * l.kernel * l.kernel * outSize * outSize});
      if (results.empty()) {
        memory::desc pooled({1, 64, 56, 56}, act, layout);
        pooling_forward::primitive_desc pool(eng, prop_kind::forward_inference,
                                             algorithm::pooling_max, dst.get_desc(), pooled, {2, 2},
                                             {3, 3}, {0, 0}, {1, 1}, {1, 1});
        memory out = fill(pool.dst_desc());
        steps.push_back(
            {pooling_forward(pool), {{DNNL_ARG_SRC, dst}, {DNNL_ARG_DST, out}}, "max pool", 0});
        dst = out;
      }
      results.push_back(dst);
    }
  }

  Form form;
  engine eng;
  stream strm;
  std::vector<Step> steps;
};

} // namespace

int main(int argc, char **argv) {
  const int depth = argc > 1 ? std::atoi(argv[1]) : 18;
  const int threads = argc > 2 ? std::atoi(argv[2]) : 2,
            rounds = argc > 3 ? std::atoi(argv[3]) : 30;
  omp_set_num_threads(threads);
  engine eng(engine::kind::cpu, 0);
  std::printf("isa %d, %d threads\n", int(get_effective_cpu_isa()), threads);
  const std::pair<const char *, Form> forms[] = {
      {"f32 nhwc", Form::F32Nhwc}, {"f32 any", Form::F32Any}, {"int8 nhwc", Form::Int8Nhwc}};
  std::vector<Chain> chains;
  for (auto &[name, form] : forms)
    chains.emplace_back(depth, form, eng);
  std::vector<std::vector<double>> ms(chains.size());
  for (int r = 0; r < rounds + 2; ++r)
    for (size_t i = 0; i < chains.size(); ++i) {
      auto t = std::chrono::steady_clock::now();
      chains[i].run();
      if (r > 1)
        ms[i].push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - t)
                .count());
    }
  for (size_t i = 0; i < chains.size(); ++i) {
    std::sort(ms[i].begin(), ms[i].end());
    std::printf("%-10s median %.2f  min %.2f\n", forms[i].first, ms[i][rounds / 2], ms[i][0]);
    if (argc > 4)
      chains[i].timeSteps(rounds);
  }
}
