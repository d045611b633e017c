package io.flotilla.controller.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelectorTest {
  private static final DeviceRecord LYON_BLURRED =
      DeviceRecord.enrolled(
          "cam-1",
          Map.of("site", "lyon", "camera", "blurred"),
          new DeviceRecord.Identity(0, "1", "2", false));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*                          | true",
        "  *                        | true",
        "site=lyon                  | true",
        "site = lyon                | true",
        "site=Lyon                  | false",
        "site!=lyon                 | false",
        "site!=paris                | true",
        "owner!=bob                 | true",
        "owner=bob                  | false",
        "id=cam-1                   | true",
        "id=cam-10                  | false",
        "id!=cam-1                  | false",
        "site=lyon, camera=blurred  | true",
        "site=lyon, camera!=blurred | false",
        "site=lyon,site=lyon        | true",
      })
  void meansExactlyTheDevicesThatItsTermsDescribe(String text, boolean meant) {
    assertThat(Selector.parse(text).matches(LYON_BLURRED)).isEqualTo(meant);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "site",
        "=lyon",
        "!=lyon",
        "site=",
        "site=a,",
        ",site=a",
        "*,site=a",
        "Site=a",
        "site==a",
        "site=a=b",
        "site=a b",
        "site!a",
        "si te=a",
        "site=\u0000",
        "site=é",
        "site!!=a"
      })
  void refusesWhatIsNoSelector(String text) {
    assertThatThrownBy(() -> Selector.parse(text))
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.SELECTOR_INVALID));
  }

  @Test
  void refusesASelectorOverItsLimit() {
    String tooLong = "a=b,".repeat(Selector.MAX_CHARS / 4) + "a=b";

    assertThatThrownBy(() -> Selector.parse(tooLong)).isInstanceOf(FlotillaException.class);
    assertThat(Selector.parse("a=b,".repeat(Selector.MAX_CHARS / 4 - 1) + "a=b").terms())
        .hasSize(Selector.MAX_CHARS / 4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "site=lyon,camera!=blurred", "id!=cam-1"})
  void isReadBackFromItsText(String text) {
    assertThat(Selector.parse(Selector.parse(text).toString())).isEqualTo(Selector.parse(text));
    assertThat(Selector.parse(text)).hasToString(text);
  }
}
