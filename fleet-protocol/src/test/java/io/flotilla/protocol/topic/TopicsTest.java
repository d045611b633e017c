package io.flotilla.protocol.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest {
  private final Topics topics = new Topics("default");

  @ParameterizedTest
  @EnumSource(UpKind.class)
  void everyUpwardTopicIsReadBack(UpKind kind) {
    assertThat(topics.parseUp(topics.up("cam-1", kind)))
        .contains(new Topics.UpTopic("cam-1", kind));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "flotilla/1/other/devices/cam-1/up/hello",
        "flotilla/1/default/devices/cam-1/up/hello/more",
        "flotilla/1/default/devices/cam-1/down/ack",
        "flotilla/1/default/devices/cam-1/up/unheard",
        "flotilla/1/default/devices//up/hello",
        "flotilla/1/default/devices/CAM/up/hello"
      })
  void anythingElseIsNobodysWord(String topic) {
    assertThat(topics.parseUp(topic)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", "+", "#", "../x", "A", ".hidden", "a b", "a\u0000"})
  void namesThatCouldEscapeATopicOrFolderAreRefused(String name) {
    assertThatThrownBy(() -> Topics.requireName("device id", name))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NAME_INVALID));
  }
}
