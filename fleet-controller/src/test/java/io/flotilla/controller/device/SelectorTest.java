package io.flotilla.controller.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.protocol.message.HardwareFacts;
import io.flotilla.protocol.message.HardwareFacts.AcceleratorFacts;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelectorTest {
  private static final DeviceRecord LYON_BLURRED =
      DeviceRecord.enrolled(
          "cam-1",
          Map.of("site", "lyon", "camera", "blurred"),
          DeviceRecord.Identity.of(0, "1", "2"));

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

  private static final DeviceRecord TOLD =
      DeviceRecord.enrolled(
              "cam-2",
              Map.of("site", "lyon", "firmware", "2.9.1", "build", "2.10-rc1", "os", "labelled"),
              DeviceRecord.Identity.of(0, "1", "2"))
          .withHardware(
              new HardwareFacts(
                  "Linux",
                  "amd64",
                  8,
                  4L << 30,
                  "1.29.0",
                  List.of(
                      new AcceleratorFacts("GPU", "CUDAExecutionProvider", false),
                      new AcceleratorFacts("CPU", "CPUExecutionProvider", false)),
                  Optional.of(List.of("avx2", "fma"))));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "runtime>=1.29             | true",
        "runtime>=1.29.0           | true",
        "runtime=1.29              | true",
        "runtime!=1.29             | false",
        "runtime>1.29              | false",
        "runtime>=1.3              | true",
        "runtime<1.100             | true",
        "cpus>=8, cpus<9           | true",
        "memory>=4GiB              | true",
        "memory>4096MiB            | false",
        "memory=4294967296         | true",
        "gpu!=none                 | true",
        "gpu=none                  | false",
        "gpu=CUDAExecutionProvider | true",
        "fpga=none                 | true",
        "fpga!=none                | false",
        "provider=CPUExecutionProvider  | true",
        "provider!=CPUExecutionProvider | false",
        "cpu-feature=avx2          | true",
        "cpu-feature=avx512f       | false",
        "cpu-feature!=avx512f      | true",
        "arch=amd64                | true",
        "online=false              | true",
        "drift=true                | false",
        "running=none              | true",
        "os=labelled               | true",
        "os=Linux                  | false",
        "firmware>=2.9             | true",
        "firmware<2.10             | true",
        "site>1                    | false",
        "build>=2.10               | true",
        "build<2.9                 | false",
        "owner>1                   | false",
      })
  void comparesWhatDevicesToldOfThemselves(String text, boolean meant) {
    Selector selector = Selector.parse(text);

    assertThat(selector.matches(TOLD)).isEqualTo(meant);
    assertThat(Selector.parse(selector.toString())).isEqualTo(selector);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpu!=none", "gpu=none", "runtime>=1", "runtime!=1", "running!=none"})
  void noTermHoldsAboutWhatADeviceHasNotTold(String text) {
    assertThat(Selector.parse(text).matches(LYON_BLURRED)).isFalse();
  }

  @Test
  void aGrantCannotGoByWhatADeviceSaysOfItself() {
    assertThatThrownBy(() -> Selector.parse("site=lyon, gpu!=none").requireLabelsOnly())
        .isInstanceOf(FlotillaException.class)
        .hasMessageContaining("gpu");
    Selector.parse("site=lyon, id!=cam-1").requireLabelsOnly();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "runtime>=",
        "runtime>=new",
        "memory>4GB",
        "cpus>-1",
        "a<>1",
        "a=>1",
        "@lyon",
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
