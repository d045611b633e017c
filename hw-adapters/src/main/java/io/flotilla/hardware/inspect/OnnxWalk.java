package io.flotilla.hardware.inspect;

import static io.flotilla.hardware.inspect.OnnxLimits.NAME_BYTES;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One walk over a model file. The numbers are the field numbers of {@code onnx.proto} (ONNX 1.20);
 * a message that appears twice is merged, as protobuf says.
 */
final class OnnxWalk {
  /** The name of the default operator domain; the empty name means the same. */
  private static final String DEFAULT_DOMAIN = "ai.onnx";

  private final ProtobufReader in;
  private final OperatorTally operators = new OperatorTally();
  private final WeightTally weights;

  // What has been seen so far.
  private long irVersion;
  private boolean hasGraph;
  private String producerName = "";
  private String producerVersion = "";
  private long nodes;
  private long subgraphInitializers;
  private final Map<String, Long> opsets = new TreeMap<>();
  private final List<DeclaredValue> inputs = new ArrayList<>();
  private final List<DeclaredValue> outputs = new ArrayList<>();
  private final Set<String> initializers = new HashSet<>();
  private final Set<String> valueTypes = new TreeSet<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private boolean metadataComplete = true;
  private final Set<String> functions = new TreeSet<>();

  // Where the walk stands.
  private int subgraphDepth;
  private boolean inFunction;

  OnnxWalk(ProtobufReader in) {
    this.in = in;
    this.weights = new WeightTally(in);
  }

  /**
   * Walks the whole file.
   *
   * @param folder where files of external data lie
   * @param sizeBytes size of the file
   */
  OnnxFacts facts(Path folder, long sizeBytes) throws IOException {
    in.fields(this::model);
    if (irVersion < 1 || !hasGraph) {
      throw in.malformed(hasGraph ? "it has no IR version" : "it has no graph");
    }
    if (outputs.isEmpty()) {
      throw in.malformed("it has no outputs");
    }
    operators.end(opsets);
    String producer = (producerName + " " + producerVersion).strip();
    return new OnnxFacts(
        irVersion,
        opsets,
        producer.isEmpty() ? Optional.empty() : Optional.of(producer),
        inputs.stream().filter(input -> !initializers.contains(input.name())).toList(),
        outputs,
        contents(folder),
        sizeBytes);
  }

  private OnnxContents contents(Path folder) throws IOException {
    List<ExternalFile> files = new ArrayList<>();
    for (Map.Entry<String, Long> weightsIn : weights.externalData().entrySet()) {
      ExternalFile file = external(folder, weightsIn.getKey());
      if (file.exists() && file.bytes().getAsLong() < weightsIn.getValue()) {
        throw in.malformed("a tensor has more values than there are in its file of weights");
      }
      files.add(file);
    }
    Initializers totals = weights.initializers();
    totals.byType().keySet().forEach(this::note);
    return new OnnxContents(
        nodes,
        operators.uses(),
        totals,
        valueTypes,
        files,
        new OnnxMetadata(metadata, metadataComplete),
        functions);
  }

  private static ExternalFile external(Path folder, String location) throws IOException {
    Path file = folder.resolve(location);
    return new ExternalFile(
        location,
        Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
            ? OptionalLong.of(Files.size(file))
            : OptionalLong.empty());
  }

  // ModelProto
  private boolean model(int field, int wire) throws IOException {
    switch (field) {
      case 1 -> irVersion = in.integer(wire);
      case 2 -> producerName = in.text(wire, NAME_BYTES);
      case 3 -> producerVersion = in.text(wire, NAME_BYTES);
      case 7 -> {
        hasGraph = true;
        in.message(wire, this::mainGraph);
      }
      case 8 -> opset(wire, opsets);
      case 14 -> metadata(wire);
      case 25 -> function(wire);
      default -> {
        return false;
      }
    }
    return true;
  }

  // OperatorSetIdProto
  private void opset(int wire, Map<String, Long> into) throws IOException {
    var opset =
        new Object() {
          String domain = "";
          long version;
        };
    in.message(
        wire,
        (field, inner) -> {
          switch (field) {
            case 1 -> opset.domain = in.text(inner, NAME_BYTES);
            case 2 -> opset.version = in.integer(inner);
            default -> {
              return false;
            }
          }
          return true;
        });
    into.put(domain(opset.domain), opset.version);
    limit(into.size(), OnnxLimits.DOMAINS, "operator domains");
  }

  // StringStringEntryProto of ModelProto.metadata_props
  private void metadata(int wire) throws IOException {
    var entry =
        new Object() {
          String key = "";
          String value = "";
          boolean whole = true;
        };
    in.message(
        wire,
        (field, inner) -> {
          if (field != 1 && field != 2) {
            return false;
          }
          ProtobufReader.Beginning text = in.beginning(inner, OnnxLimits.METADATA_CHARS);
          entry.whole &= text.whole();
          if (field == 1) {
            entry.key = text.text();
          } else {
            entry.value = text.text();
          }
          return true;
        });
    boolean kept = metadata.containsKey(entry.key) || metadata.size() < OnnxLimits.METADATA_ENTRIES;
    if (kept) {
      metadata.put(entry.key, entry.value);
    }
    metadataComplete &= kept && entry.whole;
  }

  // GraphProto of the model itself: its inputs and outputs are the model's.
  private boolean mainGraph(int field, int wire) throws IOException {
    switch (field) {
      case 5 -> {
        initializers.add(weights.initializer(wire));
        limit(initializers.size(), OnnxLimits.INITIALIZERS, "initializers");
      }
      case 11 -> declare(inputs, wire);
      case 12 -> declare(outputs, wire);
      case 15 -> {
        initializers.add(weights.sparseInitializer(wire));
        limit(initializers.size(), OnnxLimits.INITIALIZERS, "initializers");
      }
      default -> {
        return graph(field, wire);
      }
    }
    return true;
  }

  private void declare(List<DeclaredValue> values, int wire) throws IOException {
    DeclaredValue value = ValueReading.read(in, wire);
    values.add(value);
    limit(values.size(), OnnxLimits.TENSORS, "inputs or outputs");
    note(value.type());
  }

  private void note(String type) {
    valueTypes.add(type);
    limit(valueTypes.size(), OnnxLimits.VALUE_TYPES, "types of values");
  }

  private void subgraph(int wire) throws IOException {
    limit(++subgraphDepth, OnnxLimits.SUBGRAPH_DEPTH, "subgraphs inside each other");
    in.message(wire, this::graph);
    subgraphDepth--;
  }

  // GraphProto, but for what only the main graph has.
  private boolean graph(int field, int wire) throws IOException {
    switch (field) {
      case 1 -> node(wire);
      case 5 -> {
        weights.initializer(wire);
        limit(++subgraphInitializers, OnnxLimits.INITIALIZERS, "initializers of subgraphs");
      }
      case 13 -> note(ValueReading.readType(in, wire));
      case 15 -> {
        weights.sparseInitializer(wire);
        limit(++subgraphInitializers, OnnxLimits.INITIALIZERS, "initializers of subgraphs");
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  // FunctionProto; the operators before it belong to the model, whose opsets may yet come.
  private void function(int wire) throws IOException {
    var function =
        new Object() {
          String name = "";
          String domain = "";
        };
    Map<String, Long> imports = new HashMap<>();
    inFunction = true;
    OperatorTally.Scope outer = operators.begin();
    in.message(
        wire,
        (field, inner) -> {
          switch (field) {
            case 1 -> function.name = in.text(inner, NAME_BYTES);
            case 7 -> node(inner);
            case 9 -> opset(inner, imports);
            case 10 -> function.domain = in.text(inner, NAME_BYTES);
            case 11 -> in.message(inner, this::attribute);
            default -> {
              return false;
            }
          }
          return true;
        });
    operators.end(imports, outer);
    inFunction = false;
    functions.add(domain(function.domain) + ":" + function.name);
    limit(functions.size(), OnnxLimits.FUNCTIONS, "functions");
  }

  // NodeProto
  private void node(int wire) throws IOException {
    limit(++nodes, OnnxLimits.NODES, "nodes");
    var node =
        new Object() {
          String domain = "";
          String type = "";
        };
    in.message(
        wire,
        (field, inner) -> {
          switch (field) {
            case 4 -> node.type = in.text(inner, NAME_BYTES);
            case 5 -> in.message(inner, this::attribute);
            case 7 -> node.domain = in.text(inner, NAME_BYTES);
            default -> {
              return false;
            }
          }
          return true;
        });
    operators.add(domain(node.domain), node.type, subgraphDepth == 0 && !inFunction);
    limit(operators.kinds(), OnnxLimits.OPERATORS, "different operators");
  }

  // AttributeProto
  private boolean attribute(int field, int wire) throws IOException {
    switch (field) {
      case 5, 10 -> weights.attribute(wire);
      case 6, 11 -> subgraph(wire);
      case 22, 23 -> weights.sparseAttribute(wire);
      default -> {
        return false;
      }
    }
    return true;
  }

  private static String domain(String name) {
    return name.isEmpty() ? DEFAULT_DOMAIN : name;
  }

  private void limit(long count, long most, String what) {
    if (count > most) {
      throw in.over(most, what);
    }
  }
}
