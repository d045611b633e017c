package io.flotilla.conversion.graph;

import static io.flotilla.conversion.fixture.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.flotilla.bundle.failure.ErrorCode;
import java.util.List;
import org.junit.jupiter.api.Test;

class TensorValuesTest {
  @Test
  void bothWaysToStoreNumbersAreRead() {
    TensorProto typed =
        TensorProto.newBuilder()
            .setDataType(TensorValues.FLOAT)
            .addDims(2)
            .addFloatData(1.5f)
            .addFloatData(-2)
            .build();

    assertThat(TensorValues.floats(typed)).containsExactly(1.5f, -2f);
    assertThat(TensorValues.floats(TensorValues.ofFloats("w", List.of(2L), 1.5f, -2f)))
        .containsExactly(1.5f, -2f);
    assertThat(TensorValues.numbers(TensorValues.ofHalves("w", List.of(2L), 1.5f, -2f)))
        .containsExactly(1.5, -2);
    assertThat(
            TensorValues.numbers(
                raw(TensorProto.DataType.UINT16_VALUE, 1, new byte[] {(byte) 0xff, (byte) 0xff})))
        .containsExactly(65535);
    assertThat(TensorValues.numbers(raw(TensorProto.DataType.INT8_VALUE, 1, new byte[] {-1})))
        .containsExactly(-1);
    assertThat(
            TensorValues.numbers(
                raw(TensorProto.DataType.INT64_VALUE, 1, new byte[] {1, 2, 0, 0, 0, 0, 0, 0})))
        .containsExactly(513);
    assertThat(TensorValues.numbers(raw(TensorProto.DataType.STRING_VALUE, 1, new byte[0])))
        .isEmpty();
  }

  @Test
  void aShapeWithoutItsContentIsRefusedBeforeAnythingIsLaidOut() {
    refused(
        ErrorCode.MODEL_MALFORMED,
        () -> TensorValues.floats(raw(TensorValues.FLOAT, 1L << 28, new byte[4])),
        "268435456");
    refused(
        ErrorCode.MODEL_MALFORMED,
        () -> TensorValues.numbers(raw(TensorProto.DataType.DOUBLE_VALUE, 1L << 28, new byte[8])));
    refused(
        ErrorCode.MODEL_MALFORMED,
        () -> TensorValues.elements(raw(TensorValues.FLOAT, -1, new byte[4])),
        "impossible shape");
    refused(
        ErrorCode.MODEL_MALFORMED,
        () -> TensorValues.elements(raw(TensorValues.FLOAT, 1L << 40, new byte[4])));
  }

  private static TensorProto raw(int type, long length, byte[] data) {
    return TensorProto.newBuilder()
        .setName("w")
        .setDataType(type)
        .addDims(length)
        .setRawData(ByteString.copyFrom(data))
        .build();
  }
}
