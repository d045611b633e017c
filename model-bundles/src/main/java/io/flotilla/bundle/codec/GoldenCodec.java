package io.flotilla.bundle.codec;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.golden.GoldenCase;
import io.flotilla.bundle.golden.GoldenVectors;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Golden vectors to CBOR and back; {@code docs/reference/bundle-format.md} gives the form. Equal
 * vectors give equal bytes. Thread-safe.
 */
public final class GoldenCodec {
  /** Most bytes of golden vectors: 64 MiB. */
  public static final int MAX_BYTES = 64 << 20;

  private static final int FORMAT = 1;
  private static final String WHAT = "the golden vectors";
  private static final ObjectMapper MAPPER = Strict.cbor(MAX_BYTES).build();

  private GoldenCodec() {}

  /**
   * The vectors as CBOR.
   *
   * @throws FlotillaException {@code BUNDLE_TOO_LARGE} if they are over {@link #MAX_BYTES}
   */
  public static byte[] encode(GoldenVectors vectors) {
    List<CaseForm> cases = vectors.cases().stream().map(GoldenCodec::formOf).toList();
    byte[] cbor = Strict.write(MAPPER, new VectorsForm(FORMAT, cases));
    requireSize(cbor.length);
    return cbor;
  }

  /**
   * Reads golden vectors.
   *
   * @throws FlotillaException {@code BUNDLE_MALFORMED} if they cannot be read; {@code
   *     BUNDLE_TOO_LARGE} if they are over {@link #MAX_BYTES}
   */
  public static GoldenVectors decode(byte[] cbor) {
    requireSize(cbor.length);
    VectorsForm form =
        Strict.read(MAPPER, cbor, VectorsForm.class, ErrorCode.BUNDLE_MALFORMED, WHAT);
    if (form.format() != FORMAT) {
      throw new FlotillaException(
          ErrorCode.BUNDLE_MALFORMED,
          "%s have format %d, this release reads %d".formatted(WHAT, form.format(), FORMAT));
    }
    try {
      return new GoldenVectors(form.cases().stream().map(GoldenCodec::caseOf).toList());
    } catch (FlotillaException e) {
      throw new FlotillaException(
          ErrorCode.BUNDLE_MALFORMED, WHAT + " are wrong: " + e.getMessage(), e);
    }
  }

  private static void requireSize(int bytes) {
    if (bytes > MAX_BYTES) {
      throw new FlotillaException(
          ErrorCode.BUNDLE_TOO_LARGE,
          "golden vectors of %d bytes are over the limit of %d".formatted(bytes, MAX_BYTES));
    }
  }

  private static CaseForm formOf(GoldenCase one) {
    return new CaseForm(
        one.name(),
        formsOf(one.inputs()),
        formsOf(one.outputs()),
        one.absoluteTolerance(),
        one.relativeTolerance());
  }

  private static Map<String, TensorForm> formsOf(Map<String, Tensor> tensors) {
    Map<String, TensorForm> forms = new TreeMap<>();
    tensors.forEach(
        (name, tensor) -> {
          byte[] data = new byte[tensor.bytes().remaining()];
          tensor.bytes().get(data);
          forms.put(name, new TensorForm(tensor.type(), tensor.shape(), data));
        });
    return forms;
  }

  private static GoldenCase caseOf(CaseForm form) {
    return new GoldenCase(
        form.name(),
        tensorsOf(form.inputs()),
        tensorsOf(form.outputs()),
        form.absoluteTolerance(),
        form.relativeTolerance());
  }

  private static Map<String, Tensor> tensorsOf(Map<String, TensorForm> forms) {
    Map<String, Tensor> tensors = new TreeMap<>();
    forms.forEach(
        (name, form) ->
            tensors.put(name, new Tensor(form.type(), form.shape(), ByteBuffer.wrap(form.data()))));
    return tensors;
  }

  private record VectorsForm(int format, List<CaseForm> cases) {
    VectorsForm {
      cases = List.copyOf(cases);
    }
  }

  private record CaseForm(
      String name,
      Map<String, TensorForm> inputs,
      Map<String, TensorForm> outputs,
      double absoluteTolerance,
      double relativeTolerance) {
    CaseForm {
      inputs = Map.copyOf(inputs);
      outputs = Map.copyOf(outputs);
    }
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record TensorForm(ElementType type, List<Long> shape, byte[] data) {
    TensorForm {
      shape = List.copyOf(shape);
    }
  }
}
