package io.flotilla.registry.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordCodecTest {
  sealed interface Shape {
    record Circle(double radius) implements Shape {}

    record Square(int side, Optional<String> name) implements Shape {}
  }

  record Drawing(
      String title,
      int number,
      List<Shape> shapes,
      Map<String, Shape> named,
      Optional<Long> at,
      OptionalLong size) {}

  private static final Drawing DRAWING =
      new Drawing(
          "one",
          7,
          List.of(new Shape.Circle(1.5), new Shape.Square(2, Optional.of("s"))),
          Map.of("b", new Shape.Square(1, Optional.empty()), "a", new Shape.Circle(0)),
          Optional.of(5L),
          OptionalLong.empty());

  @Test
  void recordsComeBackEqual() {
    assertThat(RecordCodec.decode(RecordCodec.encode(DRAWING), Drawing.class)).isEqualTo(DRAWING);
  }

  @Test
  void kindOfASealedInterfaceIsWrittenAtTheRootToo() {
    byte[] json = RecordCodec.encode(new Shape.Circle(2));

    assertThat(new String(json, UTF_8)).isEqualTo("{\"type\":\"Circle\",\"radius\":2.0}");
    assertThat(RecordCodec.decode(json, Shape.class)).isEqualTo(new Shape.Circle(2));
  }

  @Test
  void recordsMayGrow() {
    Drawing read =
        RecordCodec.decode(
            "{\"title\":\"t\",\"number\":1,\"shapes\":[],\"named\":{},\"later\":true}"
                .getBytes(UTF_8),
            Drawing.class);

    assertThat(read.at()).isEmpty();
    assertThat(read.size()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "{}",
        "[]",
        "{\"title\":null,\"number\":1,\"shapes\":[],\"named\":{}}",
        "{\"title\":\"t\",\"number\":null,\"shapes\":[],\"named\":{}}",
        "{\"title\":\"t\",\"number\":1,\"shapes\":[{\"type\":\"Line\"}],\"named\":{}}",
        "{\"title\":\"t\",\"number\":1,\"shapes\":[{\"radius\":1}],\"named\":{}}",
        "{\"title\":\"t\",\"number\":1,\"shapes\":[],\"named\":{}} x",
      })
  void anythingElseIsCorrupt(String json) {
    assertThatThrownBy(() -> RecordCodec.decode(json.getBytes(UTF_8), Drawing.class))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_CORRUPT));
  }

  @Test
  void failureNamesTheKeyThatIsRead() {
    assertThatThrownBy(
            () -> RecordCodec.decode("{".getBytes(UTF_8), Drawing.class, "drawing/one:3"))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_CORRUPT))
        .hasMessageContaining("drawing/one:3");
  }
}
