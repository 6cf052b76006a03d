/** What becomes of the containers of a host that is gone. Pure records; decides nothing. */
package io.nereid.domain.recovery;
