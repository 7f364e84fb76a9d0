// TRANSPOSE_CONV. Its parameters are those of a convolution (conv_2d.h) with dilations of 1: the
// one that it turns round, whose padding it has, so that input pixel (y, x) adds to output pixel (y
// * stride_height - pad_top + ky, x * stride_width - pad_left + kx) for each tap. Layouts: input
// [batches, input_height, input_width, input_channels], filter [output_channels, filter_height,
// filter_width, input_channels], bias [output_channels] or null, output [batches, output_height,
// output_width, output_channels]. Pixels beyond the output are dropped; those that nothing adds to
// are the bias.
#pragma once
