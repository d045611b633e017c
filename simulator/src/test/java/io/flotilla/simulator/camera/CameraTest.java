package io.flotilla.simulator.camera;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class CameraTest {
  private static final Offset<Float> ROUNDING = within(1e-5f);

  @Test
  void aGoodCameraSeesWhatIsThere() {
    float[] image = dotAt(27);
    assertThat(Camera.NONE.see(image)).isEqualTo(image).isNotSameAs(image);
  }

  @Test
  void blurSpreadsADotOverItsNeighbours() {
    float[] seen = Camera.BLUR.see(dotAt(27));
    for (int near : new int[] {18, 19, 20, 26, 27, 28, 34, 35, 36}) {
      assertThat(seen[near]).isCloseTo(1, ROUNDING);
    }
    assertThat(sum(seen)).isCloseTo(9, ROUNDING);
  }

  @Test
  void blurSeesNothingOutsideThePicture() {
    float[] seen = Camera.BLUR.see(dotAt(0));
    assertThat(seen[0]).isCloseTo(1, ROUNDING);
    assertThat(seen[1]).isCloseTo(1, ROUNDING);
    assertThat(seen[9]).isCloseTo(1, ROUNDING);
    assertThat(seen[7]).isZero();
  }

  @Test
  void blurDarkensAnEvenImageAtItsEdgesOnly() {
    float[] even = new float[64];
    Arrays.fill(even, 9);
    float[] seen = Camera.BLUR.see(even);
    assertThat(seen[9]).isCloseTo(9, ROUNDING);
    assertThat(seen[0]).isCloseTo(4, ROUNDING);
    assertThat(seen[3]).isCloseTo(6, ROUNDING);
  }

  @Test
  void gainDarkensEveryPixelAlike() {
    float[] seen = Camera.GAIN.see(dotAt(5));
    assertThat(seen[5]).isCloseTo(5.4f, ROUNDING);
    assertThat(sum(seen)).isCloseTo(5.4f, ROUNDING);
  }

  @Test
  void noCameraChangesTheImage() {
    for (Camera camera : Camera.values()) {
      float[] image = dotAt(40);
      camera.see(image);
      assertThat(image).isEqualTo(dotAt(40));
      assertThat(Camera.parse(camera.kind())).isEqualTo(camera);
    }
  }

  @Test
  void refusesUnknownKinds() {
    assertThatThrownBy(() -> Camera.parse("smashed"))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_INVALID))
        .hasMessageContaining("none, blur and gain");
  }

  private static float[] dotAt(int index) {
    float[] image = new float[64];
    image[index] = 9;
    return image;
  }

  private static float sum(float[] pixels) {
    float sum = 0;
    for (float pixel : pixels) {
      sum += pixel;
    }
    return sum;
  }
}
