package io.vertebra.rx;

import io.vertebra.PublicApi;
import org.junit.jupiter.api.Test;

class PublicApiTest {
  @Test
  void the_public_api_is_the_one_that_was_agreed_on() throws Exception {
    PublicApi.check("api/vertebra-rx.txt");
  }
}
