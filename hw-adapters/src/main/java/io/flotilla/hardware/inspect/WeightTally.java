package io.flotilla.hardware.inspect;

import static io.flotilla.hardware.inspect.OnnxLimits.NAME_BYTES;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads tensors without their values, adds up the initializers, and notes files of weights. */
final class WeightTally {
  private static final int BITS_PER_BYTE = 8;

  private final ProtobufReader in;
  private final Map<String, Initializers.Total> totals = new TreeMap<>();
  private final Set<String> externalData = new TreeSet<>();

  WeightTally(ProtobufReader in) {
    this.in = in;
  }

  /** Reads a {@code TensorProto} that is an initializer; gives its name. */
  String initializer(int wire) throws IOException {
    return count(tensor(wire));
  }

  /**
   * Reads a {@code SparseTensorProto} that is an initializer; its name is that of its values, and
   * its indices count as well.
   */
  String sparseInitializer(int wire) throws IOException {
    var sparse =
        new Object() {
          String name = "";
        };
    in.message(
        wire,
        (field, inner) -> {
          switch (field) {
            case 1 -> sparse.name = count(tensor(inner));
            case 2 -> count(tensor(inner));
            default -> {
              return false;
            }
          }
          return true;
        });
    return sparse.name;
  }

  /** Reads a {@code TensorProto} that is a node's attribute. */
  void attribute(int wire) throws IOException {
    tensor(wire);
  }

  /** Reads a {@code SparseTensorProto} that is a node's attribute. */
  void sparseAttribute(int wire) throws IOException {
    in.message(
        wire,
        (field, inner) -> {
          boolean tensor = field == 1 || field == 2;
          if (tensor) {
            tensor(inner);
          }
          return tensor;
        });
  }

  /** The sum of all initializers. */
  Initializers initializers() {
    Initializers.Total all =
        totals.values().stream().reduce(new Initializers.Total(0, 0), Initializers.Total::plus);
    return new Initializers(all.count(), all.bytes(), totals);
  }

  /** Files that hold weights. */
  Set<String> externalData() {
    return externalData;
  }

  private String count(Tensor tensor) {
    totals.merge(
        OnnxElement.nameOf(tensor.elementType),
        new Initializers.Total(1, tensor.bytes),
        Initializers.Total::plus);
    if (totals.size() > OnnxLimits.VALUE_TYPES) {
      throw in.malformed("it has more than %d types of values".formatted(OnnxLimits.VALUE_TYPES));
    }
    return tensor.name;
  }

  // TensorProto
  private Tensor tensor(int wire) throws IOException {
    var tensor =
        new Object() {
          String name = "";
          long elementType;
          long elements = 1;
        };
    long start = in.position();
    in.message(
        wire,
        (field, inner) -> {
          switch (field) {
            case 1 ->
                in.integers(inner, length -> tensor.elements = times(tensor.elements, length));
            case 2 -> tensor.elementType = in.integer(inner);
            case 8 -> tensor.name = in.text(inner, NAME_BYTES);
            case 13 -> external(inner);
            default -> {
              return false;
            }
          }
          return true;
        });
    long inFile = in.position() - start;
    int bits = OnnxElement.of(tensor.elementType).map(OnnxElement::bits).orElse(0);
    return new Tensor(
        tensor.name, tensor.elementType, bits == 0 ? inFile : bytes(tensor.elements, bits));
  }

  private long times(long elements, long length) {
    if (length < 0) {
      throw in.malformed("a tensor has the length " + length);
    }
    long high = Math.multiplyHigh(elements, length);
    long low = elements * length;
    return high != 0 || low < 0 ? Long.MAX_VALUE : low;
  }

  /** Elements of less than a byte are packed. */
  private static long bytes(long elements, int bits) {
    return elements > Long.MAX_VALUE / bits - 1
        ? Long.MAX_VALUE
        : (elements * bits + BITS_PER_BYTE - 1) / BITS_PER_BYTE;
  }

  // StringStringEntryProto of TensorProto.external_data
  private void external(int wire) throws IOException {
    var entry =
        new Object() {
          String key = "";
          String value = "";
        };
    in.message(
        wire,
        (field, inner) -> {
          switch (field) {
            case 1 -> entry.key = in.text(inner, NAME_BYTES);
            case 2 -> entry.value = in.text(inner, NAME_BYTES);
            default -> {
              return false;
            }
          }
          return true;
        });
    if (!entry.key.equals("location")) {
      return;
    }
    if (leavesFolder(entry.value)) {
      throw in.malformed("it names weights outside its own folder");
    }
    externalData.add(entry.value);
    if (externalData.size() > OnnxLimits.EXTERNAL_FILES) {
      throw in.malformed(
          "it has more than %d files of external data".formatted(OnnxLimits.EXTERNAL_FILES));
    }
  }

  private static boolean leavesFolder(String location) {
    if (location.isEmpty()
        || location.startsWith("/")
        || location.chars().anyMatch(c -> c < ' ' || c == '\\' || c == ':')) {
      return true;
    }
    return List.of(location.split("/", -1)).contains("..");
  }

  /**
   * A tensor without its values.
   *
   * @param name its name; may be empty
   * @param elementType number of {@code TensorProto.DataType}
   * @param bytes size of its values
   */
  private record Tensor(String name, long elementType, long bytes) {}
}
