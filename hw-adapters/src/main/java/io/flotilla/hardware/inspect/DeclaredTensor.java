package io.flotilla.hardware.inspect;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Dimension;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.hardware.ModelTensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A {@code ValueInfoProto} as it stands in the file, before it is known whether it is a real input.
 *
 * @param name name of the input or output
 * @param dense whether it is a dense tensor and no sequence, map, sparse or optional value
 * @param elementType number of {@code TensorProto.DataType}
 * @param shape dimensions
 */
record DeclaredTensor(String name, boolean dense, long elementType, List<Dimension> shape) {

  /** Reads one. */
  static DeclaredTensor read(ProtobufReader in, int wire) throws IOException {
    Reading reading = new Reading(in);
    in.message(wire, reading::valueInfo);
    if (reading.name.isEmpty() || reading.name.chars().anyMatch(Character::isISOControl)) {
      throw in.malformed("an input or output has an empty or unprintable name");
    }
    return new DeclaredTensor(reading.name, reading.dense, reading.elementType, reading.shape);
  }

  /**
   * The tensor in our own words.
   *
   * @throws FlotillaException {@code MODEL_UNSUPPORTED} if it is none that we carry
   */
  ModelTensor resolve(String file, String role) {
    if (!dense) {
      throw unsupported(file, role, "no dense tensor");
    }
    ElementType type =
        typeOf(elementType)
            .orElseThrow(() -> unsupported(file, role, "of the ONNX element type " + elementType));
    return new ModelTensor(name, type, shape);
  }

  private FlotillaException unsupported(String file, String role, String why) {
    return new FlotillaException(
        ErrorCode.MODEL_UNSUPPORTED,
        "%s has the %s '%s', which is %s; dense tensors of %s can be carried"
            .formatted(file, role, name, why, List.of(ElementType.values())));
  }

  // TensorProto.DataType
  private static Optional<ElementType> typeOf(long number) {
    return Optional.ofNullable(
        switch ((int) Math.clamp(number, 0L, 99L)) {
          case 1 -> ElementType.FP32;
          case 2 -> ElementType.UINT8;
          case 3 -> ElementType.INT8;
          case 5 -> ElementType.INT16;
          case 6 -> ElementType.INT32;
          case 7 -> ElementType.INT64;
          case 9 -> ElementType.BOOL;
          case 11 -> ElementType.FP64;
          default -> null;
        });
  }

  /** The fields as they come. */
  private static final class Reading {
    private final ProtobufReader in;
    private String name = "";
    private boolean dense;
    private long elementType;
    private final List<Dimension> shape = new ArrayList<>();

    Reading(ProtobufReader in) {
      this.in = in;
    }

    // ValueInfoProto
    boolean valueInfo(int field, int wire) throws IOException {
      switch (field) {
        case 1 -> name = in.text(wire, OnnxLimits.NAME_BYTES);
        case 2 -> in.message(wire, this::type);
        default -> {
          return false;
        }
      }
      return true;
    }

    // TypeProto: field 1 of its choice is a dense tensor.
    private boolean type(int field, int wire) throws IOException {
      if (field == 1) {
        dense = true;
        in.message(wire, this::tensorType);
      }
      return field == 1;
    }

    // TypeProto.Tensor
    private boolean tensorType(int field, int wire) throws IOException {
      switch (field) {
        case 1 -> elementType = in.integer(wire);
        case 2 -> in.message(wire, this::shape);
        default -> {
          return false;
        }
      }
      return true;
    }

    // TensorShapeProto
    private boolean shape(int field, int wire) throws IOException {
      if (field == 1) {
        shape.add(dimension(wire));
        if (shape.size() > OnnxLimits.RANK) {
          throw in.malformed("a tensor has more than %d dimensions".formatted(OnnxLimits.RANK));
        }
      }
      return field == 1;
    }

    // TensorShapeProto.Dimension
    private Dimension dimension(int wire) throws IOException {
      var read =
          new Object() {
            long length = -1;
            String symbol = "";
          };
      in.message(
          wire,
          (field, inner) -> {
            switch (field) {
              case 1 -> read.length = in.integer(inner);
              case 2 -> read.symbol = in.text(inner, OnnxLimits.NAME_BYTES);
              default -> {
                return false;
              }
            }
            return true;
          });
      return ModelTensor.dimension(read.length, read.symbol);
    }
  }
}
