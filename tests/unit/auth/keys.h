/* Keys made for these tests; nothing else knows them. */
#ifndef INVIGIL_TESTS_UNIT_AUTH_KEYS_H
#define INVIGIL_TESTS_UNIT_AUTH_KEYS_H

static const char RSA_PRIVATE[] = "-----BEGIN PRIVATE KEY-----\n"
				  "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCJYUoCOWnmz75V\n"
				  "/9I1oPOghB0SYbwpt+K0tG2+QxXUrYeY58L+G1tKu8FD1f2syYByAAgh6KeCtubJ\n"
				  "03cmaD79Lj5limP7CPJba9XIDfzZeQzDbDw73/0bIUEs2ARDXbGqLWSa4j7iH0V7\n"
				  "0LDCXZG86eJVLJRazgxGJq8TZd92ChVRzDX6ZFtsN7hFhekkZ85lpb0/EPFnWdHr\n"
				  "PCjONNvrOOFtb9Koie3SnTRJiBQQZTJ/ksqykhEqPVec0ZaTRxZdsoVsQxrKqM5p\n"
				  "cjwj0MTZOTvl6M6/ePj7zE0uqgOVIUILI6sxHGJdKioayxzOWE48h3sqOaEaNLI1\n"
				  "rfsyQMkbAgMBAAECggEAL4+oEKcR29+2NI3Rl9F2Ju82JWQCwaqw6QDCMamGCFBf\n"
				  "bndmUZTlATWJTlPqdAR63HzYU+z4+U8bDWqRiJF0pTB6V6sWvBU32qC1rYHyNNQs\n"
				  "sAdrvwrn1Jmpt729lBj+5jy65MhJHv3Wj2wLle7RAscyHWzGm71UEIFaAWw2deW7\n"
				  "6ctf4enE48HhvdbEv+Vjga0m1YiRqyYNEwjAf9YnvnIDYiYNwXI2cWPQmFU8uhlx\n"
				  "N5B7/57iR5p/blzFwpxbNghbCZqcntDlyLc75GpE1vS6g6z+I1+G5KPJ8VEWZD/D\n"
				  "mO0ALaJNCPeQN3tF03BYkGrcgofwBRRTLvqSwjS9eQKBgQC9mbwk31rch1hdIBCB\n"
				  "tRNAtZ0BbsrVDfGB40E5kkbgN28QeOW1cCmtwaooj6i1kjsJbJ8Ml+iPSKu10Z/a\n"
				  "02c5xvsLCTzplA4qeCc+dTWRXqlIkCOGCxH5oCnIotzkFZyAu0noqFB4XFWhS6D1\n"
				  "1/iGPatZ0YV/rn4QJ1cz//v8BQKBgQC5fdP0YxsFOTcqf0bdxlfdun9P7deRo6Q5\n"
				  "C/cO9IvE+RR6T628U9PvpT0s37TR+1kA/ypEWR1oTvAArI8CMjzV6oU77LEpOFja\n"
				  "jn+v3f43w4XnQfaXwrOg7bsQIH0BeGLOajwc1hotPFGX1nKtBNwNWtWH0HTTorPu\n"
				  "9R/MjAfanwKBgQCXNcOKOKOzWzHK22auu2YGZpE38k9LiZpBd6euLY3fBfbK0VCJ\n"
				  "2lEzJU/6l0/6twvkYT+bgI9VrqRbFjqB/7XEq3/Ndmmg85Y0oqzRsBKvxCoIGARs\n"
				  "w+lrByQrwk+ei+nL9RJlvc6nnyQfxjwxtTOchBRjRqlMgjJB2c4/R3mErQKBgQCO\n"
				  "w8rDuReN4KiV+9oGTWdJUAY29Z9KB8IY6h2gFBYTZ4YcUYEthvOC6hH4nMFmMGcj\n"
				  "fkEA0/nvU3ojeqyjCxmJp3QeWCFO0YCJzs12BY1pTAKeqEVsLr3kabTlR6wO2qJp\n"
				  "rphPtXX2RQujqrkec7QOT1AztPyF+x80FtP/sfNFjwKBgHWdTQQPaQP6R+0icK0F\n"
				  "E6xEMNokSHZD5ulxJE7/1Hn+2iW9y6j2iLTBqotJH/NeYWW4u+qwhVqWDbaDmFL1\n"
				  "aaaldDhuoE5e5FTbzgMCeHQONff5/tgOzImpAJxvdRSc4Vrf8N2eOH+MaPdOVLye\n"
				  "vG9t3t+gxRqO0tTFvYU4+qSZ\n"
				  "-----END PRIVATE KEY-----\n";

static const char RSA_PUBLIC[] = "-----BEGIN PUBLIC KEY-----\n"
				 "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAiWFKAjlp5s++Vf/SNaDz\n"
				 "oIQdEmG8KbfitLRtvkMV1K2HmOfC/htbSrvBQ9X9rMmAcgAIIeingrbmydN3Jmg+\n"
				 "/S4+ZYpj+wjyW2vVyA382XkMw2w8O9/9GyFBLNgEQ12xqi1kmuI+4h9Fe9Cwwl2R\n"
				 "vOniVSyUWs4MRiavE2XfdgoVUcw1+mRbbDe4RYXpJGfOZaW9PxDxZ1nR6zwozjTb\n"
				 "6zjhbW/SqInt0p00SYgUEGUyf5LKspIRKj1XnNGWk0cWXbKFbEMayqjOaXI8I9DE\n"
				 "2Tk75ejOv3j4+8xNLqoDlSFCCyOrMRxiXSoqGssczlhOPId7KjmhGjSyNa37MkDJ\n"
				 "GwIDAQAB\n"
				 "-----END PUBLIC KEY-----\n";

static const char RSA_SHORT_PUBLIC[] = "-----BEGIN PUBLIC KEY-----\n"
				       "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC7gFOIbRaTrY+DnmAt1UtnlF2q\n"
				       "4Y6oaayx5RRd3gsE5IWOtwp6Z9IQ6ud/EPb9FKMAuDi+guwWukdaEm1xEZlilqd1\n"
				       "YaQXaykwBJEtZCoUjdTDz8h0EO7cMDIx8uz1uYI8SgHGyEnXJVyyIlr/oHkgQ9HX\n"
				       "tdUDUOk2eVthGnVKuwIDAQAB\n"
				       "-----END PUBLIC KEY-----\n";

static const char EC_PRIVATE[] = "-----BEGIN PRIVATE KEY-----\n"
				 "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgmaScBfbacu5a+NFU\n"
				 "7f8/x6RiwuVMfsm2d6+P9lYEnAmhRANCAAQX1M2/U3w7/x/JaTT3PQSZDIaokxMG\n"
				 "5aHbZ/+DdNrn/J5w3MwHNHs5im8WP5srvttHcHRYqZPOP2wKehM82FZp\n"
				 "-----END PRIVATE KEY-----\n";

static const char EC_PUBLIC[] = "-----BEGIN PUBLIC KEY-----\n"
				"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEF9TNv1N8O/8fyWk09z0EmQyGqJMT\n"
				"BuWh22f/g3Ta5/yecNzMBzR7OYpvFj+bK77bR3B0WKmTzj9sCnoTPNhWaQ==\n"
				"-----END PUBLIC KEY-----\n";

static const char EC_P384_PUBLIC[] = "-----BEGIN PUBLIC KEY-----\n"
				     "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEa1YGLUwGEG952RTy7ctjfwP2QQF34pyp\n"
				     "S3fA9Jsi+dW1daKWKFsjk5yy5TtE/GZA3fuHYAagsMWNQYP1j5jJhbK0wAcYdO2A\n"
				     "IESPrBSLUVag7Eo0apcFiY7XLcJWnRBT\n"
				     "-----END PUBLIC KEY-----\n";

#endif
