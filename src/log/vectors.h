/*
 * vectors.h - one small log as several other programs see it, for tests.
 *
 * The entries are the strings "candor entry 0", "candor entry 1" and so on; the keys are
 * the seeds 01.., 02.. and 03... Roots, proofs, tiles and notes were made and compared
 * with Go's x/mod, torchwood and @sigstore/verify; so these are facts, not our output.
 */
#pragma once

#include "log/merkle.h"
#include "log/note.h"
#include "tests/tap.h"

/* clang-format off */
#define VECTOR_LOG "log.example/candor+b794c424+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"
#define VECTOR_LOG_PRIVATE "PRIVATE+KEY+log.example/candor+b794c424+AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
#define VECTOR_W1 "witness.example/w1+df1c0a35+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU"
#define VECTOR_W1_PRIVATE "PRIVATE+KEY+witness.example/w1+df1c0a35+BAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC"
#define VECTOR_W2 "witness.example/w2+bfff2874+BO1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR"
#define VECTOR_W2_PRIVATE "PRIVATE+KEY+witness.example/w2+bfff2874+BAMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMD"
#define VECTOR_TEXT_7 \
	"log.example/candor\n" \
	"7\n" \
	"1VSdxyd1LyRjOZqJrXI3/RAmGUkLUVIBSwl+VIhIQGA=\n"
#define VECTOR_SIG_7_LOG \
	"\xe2\x80\x94 log.example/candor t5TEJIYc/Crze/gG/efOJA+tZOQQPnMNQm8KTO9cfrkf" \
	"UF/LU0gr3J1Td1kl2c4gCA3QmgDj6mqXR4kXnj/v41TgpwE=\n"
#define VECTOR_SIG_7_W1 \
	"\xe2\x80\x94 witness.example/w1 3xwKNQAAAABZaC8AdZ86PZQs5Lc38zdIbqLd0jOxJo2p" \
	"M1sG0Io7k6hdLSoWHLLE78+X8BYZgMPRAcsKbJMRZ4JBxT/y84U7cdlqCg==\n"
#define VECTOR_SIG_7_W2 \
	"\xe2\x80\x94 witness.example/w2 v/8odAAAAABZaC8BVRS4HEZ1sduuRSAP3h3By386sFL2" \
	"zxeOj0hIY9DFDGHRwvBdyqC1zgs6eQcafRbzHdusqnlE3yfpxeWr5hQRAA==\n"
#define VECTOR_NOTE_7 VECTOR_TEXT_7 "\n" VECTOR_SIG_7_LOG VECTOR_SIG_7_W1 VECTOR_SIG_7_W2
#define VECTOR_NOTE_0 \
	"log.example/candor\n" \
	"0\n" \
	"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n" \
	"\n" \
	"\xe2\x80\x94 log.example/candor t5TEJD9GK3277xz/UDr22txLtONqOEEF6MPhnwypuGBe" \
	"owSvywJolu+u5yyzdEZXQg+jZlRYkl70QuYduJ5bNzc+dAs=\n" \
	"\xe2\x80\x94 witness.example/w1 3xwKNQAAAABZaC8A/71RfL8o9kRzEQY95yKrvkNUx11M" \
	"hmGS+lSIm4zP9tlabPtMnLCLtxNCb0czUZ1E3Fq+rOq8kxHx3bkiuw4+AQ==\n" \
	"\xe2\x80\x94 witness.example/w2 v/8odAAAAABZaC8BtLso9uvX+MxryjsQS+I5OoQtTxay" \
	"i/pOXB70txhJkrue9cdlZ3VaWvdRKKQVx1i5ZypT9rQdL1YABJ8A2QI0AA==\n"
#define VECTOR_NOTE_1 \
	"log.example/candor\n" \
	"1\n" \
	"6Xv6wGgANiLXue553rbetxzJV+YDLEJB5h8SsneoNW8=\n" \
	"\n" \
	"\xe2\x80\x94 log.example/candor t5TEJAy0jasWRtsiya3o/10dP2a3isdnmOc7YGg5rUEI" \
	"5dVlyZ/cnF8QYhStGGSPhAbXYzmUBIU6lZ1K7BdFukd2oAk=\n" \
	"\xe2\x80\x94 witness.example/w1 3xwKNQAAAABZaC8AqdDKxl8rvBTYgyzW6M5Cm6mtlcFr" \
	"dy0pmSxuApg+1TpBzMFZN7+2eg0moxptAqPPzloQJGpc0XBj+9TUvr4TCA==\n" \
	"\xe2\x80\x94 witness.example/w2 v/8odAAAAABZaC8BLLENugzdh8UMVN2g8ywla5V3uZ79" \
	"WrZFI/0v8Hhe4t1rBE/2DVJsXtsCMZspAZgSF9MuGlCKeji2GxOf+KHlDw==\n"
#define VECTOR_NOTE_70000 \
	"log.example/candor\n" \
	"70000\n" \
	"AgVdT+8mnj9qUjQYeRPb/N1BuCVmrEj6+D1CwKJitvU=\n" \
	"\n" \
	"\xe2\x80\x94 log.example/candor t5TEJL1lzBY4V5PK2K1croLRJH9x+RiaGYwzMubQEt0z" \
	"tFnzSGycev4hjT6ATjaZpeGMUq5tXms4ZuXnozl7hLS+3gc=\n" \
	"\xe2\x80\x94 witness.example/w1 3xwKNQAAAABZaC8Ae2dzrgIaA++NPYfN0rR0Xz4c7LCu" \
	"+gUr6RHnKpshIAczkilrl7LHV714cYLZSdt2MNq8pmIgH2vA6j27XPrUCw==\n" \
	"\xe2\x80\x94 witness.example/w2 v/8odAAAAABZaC8BHkK28U+ohv2N3P90lcHQuF+McaPu" \
	"nHh2vSOdq9HIeLCQjzv3hY0AXMG5+GwqPFGupdmroSGDJL9TZqG2XPlnAQ==\n"
#define VECTOR_COSIGNED_7 \
	"cosignature/v1\n" \
	"time 1500000000\n" \
	"log.example/candor\n" \
	"7\n" \
	"1VSdxyd1LyRjOZqJrXI3/RAmGUkLUVIBSwl+VIhIQGA=\n"
#define VECTOR_PROOF_HEAD \
	"c2sp.org/tlog-proof@v1\n" \
	"extra ZW50cnkuYmlu\n" \
	"index 4\n" \
	"LtthBg6SEFZIMq1cw8f3N6h392MqUU40DKQBdbSVUEM=\n" \
	"Wedf8z/YfYovaYgI600ITQKOppkniTGt6ThRY5S5+nQ=\n" \
	"akK8S5aRHwU6A8KCvGt6WofAL7ahhVb23sVIX2Aa7AI=\n" \
	"\n"
#define VECTOR_PROOF_4_OF_7 VECTOR_PROOF_HEAD VECTOR_NOTE_7

#define VECTOR_EMPTY_ROOT "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define VECTOR_EMPTY_LEAF "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"

static const struct {
	uint64_t size;
	const char *root;
} vector_roots[] = {
	{ 1, "e97bfac068003622d7b9ee79deb6deb71cc957e6032c4241e61f12b277a8356f" },
	{ 2, "a765423ea81bd49b31dbe6c33cdad416da863286b6c30a5ff2a9e9b891919682" },
	{ 3, "c72b002643d92588f8c045f7dcda86d17d696adeb9ad7f7faa59b67f63b49fad" },
	{ 4, "6a42bc4b96911f053a03c282bc6b7a5a87c02fb6a18556f6dec5485f601aec02" },
	{ 5, "6be14a66663bafd20a1436e0e574e3322d2af3be316927e6618f4c7c5712f8d0" },
	{ 6, "711382fc6b7be038a9d41a23d2acd545b45506d41e360b4a1ee1a6be8a99b9d3" },
	{ 7, "d5549dc727752f2463399a89ad7237fd102619490b5152014b097e5488484060" },
	{ 8, "fbeda35a8f24ce63cbf6ad523f7b0a9b39ebab53ba32ec9b74f14b11fdffbe50" },
	{ 255, "8bc5505800ce0f63d61b9b0cfc467edc10c051339429627773e57456208484a0" },
	{ 256, "0451f2184324a0803a1f7222c97a9991ab6f3313f41488c9fb4ea68e590f0e70" },
	{ 257, "da2022b9e7b11022d83a1d41edce14b4a92a54ca8ecc5bca0cd180e0c7e3eca3" },
	{ 511, "dd4e8df6085b546880b03b1d83087100ddfd4524b7a6e57a511d15de1f8d7343" },
	{ 512, "55f7b4259bb7dbdbcd9dfc2d412f1565174eb093b005311ee9d96f7af43e67f3" },
	{ 513, "1bbfcfcc01f3d5d199e9d4a9e6d21550099e84c329952d2ba364a739601e48bf" },
	{ 65535, "a5f69431c53f0fa388789e7da1a1edf4f1691a96312c811bb87e3a71ca3468b9" },
	{ 65536, "1c87ae6e650fe13646ad33cc015c4805029cdfa721d47f765579e2f7131f74be" },
	{ 69999, "07854209f8a471915c5ab6f3a94f734d18384951c2b16e5a9aeacbd6808a72ca" },
	{ 70000, "02055d4fef269e3f6a5234187913dbfcdd41b82566ac48faf83d42c0a262b6f5" },
};

/* Proofs as the hashes one behind the other. */
static const struct {
	uint64_t index, size;
	const char *proof;
} vector_inclusion[] = {
	{ 0, 1,
	  "" },
	{ 0, 2,
	  "de6a3503ea287ff2f50540a69c0a21f39804b39f13680228cec877e490c446e3" },
	{ 1, 2,
	  "e97bfac068003622d7b9ee79deb6deb71cc957e6032c4241e61f12b277a8356f" },
	{ 0, 3,
	  "de6a3503ea287ff2f50540a69c0a21f39804b39f13680228cec877e490c446e3"
	  "3973ec1e2902357a615fb9a862827ee93f0f19d37a434b05c76c0761eb7fa44a" },
	{ 2, 3,
	  "a765423ea81bd49b31dbe6c33cdad416da863286b6c30a5ff2a9e9b891919682" },
	{ 4, 7,
	  "2edb61060e9210564832ad5cc3c7f737a877f7632a514e340ca40175b4955043"
	  "59e75ff33fd87d8a2f698808eb4d084d028ea699278931ade938516394b9fa74"
	  "6a42bc4b96911f053a03c282bc6b7a5a87c02fb6a18556f6dec5485f601aec02" },
	{ 6, 7,
	  "8559ad76178ee9c5d334469b217d0836a9b97fef4beab0251bde7d87e79dde42"
	  "6a42bc4b96911f053a03c282bc6b7a5a87c02fb6a18556f6dec5485f601aec02" },
	{ 255, 256,
	  "a2761190a951fd7dc422acaec9b6a344eb071fd73f12299cfdc5112f49593119"
	  "ca46da6710ed6b8c25e2b1cd208386d931c42abfc268f92f341af9d25911093d"
	  "8fef0282a602d1a22b3639b637a8aa9412939ac63fbf6fa3af152c05baab1097"
	  "7c75444270413e80f319ca892aacf052d62fc09c8f357b5d22c86a17d395aee0"
	  "a0c2f1d15047fcbd5c18cdcd5bbe35314ec7e48090a4585be43a3534825f760f"
	  "0db763bc3192fab9918178a05e5ea771a4bd390cf8368e3667dcbba8ac70fee5"
	  "b3f611d3989473f0f70acf34b5015bf76f80d315e4f11951333524f0ab47839c"
	  "621e3d5e20c08c7579337094d806078b7d6987c8c79d03c7369271ed4aef9de5" },
	{ 256, 257,
	  "0451f2184324a0803a1f7222c97a9991ab6f3313f41488c9fb4ea68e590f0e70" },
	{ 69999, 70000,
	  "682bd46e12a2115eb37df9ea6322eb93b595904c99542097571ec6c6c4995359"
	  "10b0257bc3a789a059d4f1c651ed56b39e8ee32cfc7ed379b7bb51faaca6c46c"
	  "305fde3fe9fa4571bd1793b514d37c9e30a0032c5bedd632de3bf8c1b49b40a2"
	  "61a843f3affa48f290c626092f3b4509b492d2d3974fd67ff4866574168ea02b"
	  "ad0ae06f362e4a7138bf25f75cd40d4e4362d5cddb72ad7d71d59119c62a8f30"
	  "0a9bbd5bc7127144ff416c7114a193f850fd35b7e0afef67893308a8eb48f908"
	  "c7f67b92c58f7baa84df9381e9430802d29e8f2403c8fae100745245c33763d4"
	  "c084544045245b585b6dd49a0a108f840bfffafd13c84634bc88c3e499a8f60a"
	  "1c87ae6e650fe13646ad33cc015c4805029cdfa721d47f765579e2f7131f74be" },
	{ 12345, 70000,
	  "475b04a6af9ac7522b3d4fae58ce8ddd49c48ba82cf94b97858649504c8f5020"
	  "701eb56ed131853a8cf25c4797c82d3fb59dae8fafb74e8f912526197a8ed00d"
	  "8f94950a6baf5297c652303989ea814fc81ec44bf0fb23f8faee369980834eac"
	  "8820dd49c109d156d38d942eec468b5f4f989401508799fb1058610606ec93fa"
	  "63f7c4c91740e48285c16ae256d4fef9a025088738b71b353748b04bda4aaad3"
	  "1c9d9e6c1f59be47aee18d8b4332d628d10912af3c5134556f5322c4dd1f2e11"
	  "373875665c218c5003819cfeb932342e10fea3cb82e7937ed581c11a0cc984bd"
	  "b30b03a91b51225cfb0155c9716b3748bd1711b7d5eee5ba0f19514531bef41f"
	  "c4c589a6feb2f355131ae761b56a80ca472a5d2c042f3b04d7a73e6562cf4a22"
	  "5112b7ee0b360238f87e58b74c7808f2b2d50f4f94b95287bfc3f955345abecc"
	  "ea016b122041927ad0e53c3c0eb58a6ec967af76430a16f381ddc7ed25503432"
	  "13677eca485700acc73e3ad17bb08971c9a7135ab16fe3c00d23b415d7c110ba"
	  "74cc0613d4b94b00887de41669675577541b9819fe7e75196fd2707c2c8f3707"
	  "3d1991a92fe1906f34404c899d23e0102921ee33a5e90ea3d68b3c38c1f0d3b1"
	  "384973a07a2594a47596e630f88f5538c9fe523ef9ef4986b5cffd0553dd51bc"
	  "ac68866166fd129044a398aaca7e1996450b5ccbb56d302dca5b5a35b80c3579"
	  "064678b70729946fbdba07f217768d76558cd49d21a30aa1666525a8168ccd0b" },
};

static const struct {
	uint64_t old, size;
	const char *proof;
} vector_consistency[] = {
	{ 1, 2,
	  "de6a3503ea287ff2f50540a69c0a21f39804b39f13680228cec877e490c446e3" },
	{ 2, 3,
	  "3973ec1e2902357a615fb9a862827ee93f0f19d37a434b05c76c0761eb7fa44a" },
	{ 3, 7,
	  "3973ec1e2902357a615fb9a862827ee93f0f19d37a434b05c76c0761eb7fa44a"
	  "7fa08f98f979553a316e7933fa2edb4296d389e2a1ef740583dadf3721c2aae8"
	  "a765423ea81bd49b31dbe6c33cdad416da863286b6c30a5ff2a9e9b891919682"
	  "421eae5615d1523109331b6c9d94e72160cbd6c9acf2df5e89c7d6508385c431" },
	{ 4, 7,
	  "421eae5615d1523109331b6c9d94e72160cbd6c9acf2df5e89c7d6508385c431" },
	{ 6, 8,
	  "8559ad76178ee9c5d334469b217d0836a9b97fef4beab0251bde7d87e79dde42"
	  "dd0f5e322f79a6174989cfb2d49bf91152c7d2d09e2c25248e5823ba037419f5"
	  "6a42bc4b96911f053a03c282bc6b7a5a87c02fb6a18556f6dec5485f601aec02" },
	{ 7, 7,
	  "" },
	{ 255, 257,
	  "a2761190a951fd7dc422acaec9b6a344eb071fd73f12299cfdc5112f49593119"
	  "db3e54ad7193f634ec6991acc70941dc900f9b43fc23660de5feb75c04aa1487"
	  "ca46da6710ed6b8c25e2b1cd208386d931c42abfc268f92f341af9d25911093d"
	  "8fef0282a602d1a22b3639b637a8aa9412939ac63fbf6fa3af152c05baab1097"
	  "7c75444270413e80f319ca892aacf052d62fc09c8f357b5d22c86a17d395aee0"
	  "a0c2f1d15047fcbd5c18cdcd5bbe35314ec7e48090a4585be43a3534825f760f"
	  "0db763bc3192fab9918178a05e5ea771a4bd390cf8368e3667dcbba8ac70fee5"
	  "b3f611d3989473f0f70acf34b5015bf76f80d315e4f11951333524f0ab47839c"
	  "621e3d5e20c08c7579337094d806078b7d6987c8c79d03c7369271ed4aef9de5"
	  "4f14903864d76259b9c09e21694911ddd3b9303fb404420614b896d664265916" },
	{ 256, 257,
	  "4f14903864d76259b9c09e21694911ddd3b9303fb404420614b896d664265916" },
	{ 256, 70000,
	  "e5e7d65e0e17f2504f4125bfd7c93e47e7a3671c991800e64a2f18a05bc0a1c1"
	  "f8bea593f8f0652b41707c0558e32dd2b163b5b9d4ca6ddefd5f13d0ce623c32"
	  "95e3be8dfb34bb78f591b0eb19d8acafa3977ea66ca7c398a35e45806ada320f"
	  "cfff216fa9b57c96b53a9957d1c6ab45b16de3ecab9d543c3ede02afe890ae92"
	  "4c282f92e94210ee458fff14e3d3585a9120a05b364f809ef15dfc5a5824c0a8"
	  "4782a32288f196ce77b61370a5efd2fd9f3329efbd7f507302e109ff7fbe7716"
	  "384973a07a2594a47596e630f88f5538c9fe523ef9ef4986b5cffd0553dd51bc"
	  "ac68866166fd129044a398aaca7e1996450b5ccbb56d302dca5b5a35b80c3579"
	  "064678b70729946fbdba07f217768d76558cd49d21a30aa1666525a8168ccd0b" },
	{ 65536, 70000,
	  "064678b70729946fbdba07f217768d76558cd49d21a30aa1666525a8168ccd0b" },
	{ 69999, 70000,
	  "682bd46e12a2115eb37df9ea6322eb93b595904c99542097571ec6c6c4995359"
	  "aa67d7d8e45e3fc9eb01b1b97bbd20d707c490c9d95e73d66bbaf5983a24c88a"
	  "10b0257bc3a789a059d4f1c651ed56b39e8ee32cfc7ed379b7bb51faaca6c46c"
	  "305fde3fe9fa4571bd1793b514d37c9e30a0032c5bedd632de3bf8c1b49b40a2"
	  "61a843f3affa48f290c626092f3b4509b492d2d3974fd67ff4866574168ea02b"
	  "ad0ae06f362e4a7138bf25f75cd40d4e4362d5cddb72ad7d71d59119c62a8f30"
	  "0a9bbd5bc7127144ff416c7114a193f850fd35b7e0afef67893308a8eb48f908"
	  "c7f67b92c58f7baa84df9381e9430802d29e8f2403c8fae100745245c33763d4"
	  "c084544045245b585b6dd49a0a108f840bfffafd13c84634bc88c3e499a8f60a"
	  "1c87ae6e650fe13646ad33cc015c4805029cdfa721d47f765579e2f7131f74be" },
};

/* What is served for a log of that size: path, length, SHA-256. */
static const struct {
	uint64_t size;
	const char *path;
	size_t length;
	const char *digest;
} vector_tiles[] = {
	{ 1, "tile/0/000.p/1", 32,
	  "a8252c8d375f25e0dd341705ccfdcb78ca03407b9e0d6b22eeb164163a900d9c" },
	{ 255, "tile/0/000.p/255", 8160,
	  "3c1f3f0969d1e24fbaf95a0a7b037f12b53420bc20a601a7d52f82eeff3cd0d4" },
	{ 256, "tile/0/000", 8192,
	  "aaf18e0fc259f69c3a52d704751eda11d96f9cfde351b08a5ea5827b1f814779" },
	{ 256, "tile/1/000.p/1", 32,
	  "2e565b91090f4c81732605d7153411ef6bf361ffb7307c109a2681d4ec5738d9" },
	{ 257, "tile/0/001.p/1", 32,
	  "c7c04aa5762602f2b3875476617e6217eea015e074633400393961a9e762608e" },
	{ 70000, "tile/0/273.p/112", 3584,
	  "d37f1041acb9d4dbc0ba743c1cb148b4a37631a71311e82c8e643511f89016b0" },
	{ 70000, "tile/1/000", 8192,
	  "81a40bfec4f49ce84cabbf7cdc81ef7a3db5da3c1aa32ea77a909c027f924833" },
	{ 70000, "tile/1/001.p/17", 544,
	  "7b31c65e843646636a307bbe4d31c71aaf1f55026f84388b22b89feb2b98c480" },
	{ 70000, "tile/2/000.p/1", 32,
	  "12dc0b992926502587c61ef9d926541fe7ed97c21015cf6b425fb0b3cbe5b5f2" },
	{ 1, "tile/entries/000.p/1", 16,
	  "93874a098f8f44502ae40e88cc1c9c6090200e785ec557ddde12775ffd513edd" },
	{ 256, "tile/entries/000", 4498,
	  "7c27c7e75f6e712be625846816ea04ef5e5b2c46b33c6e113011c4576b073d83" },
	{ 70000, "tile/entries/273.p/112", 2240,
	  "324bb0be593794bb991257fa65705a698d77aacd996b7a2639a72460d4176c35" },
};

static const struct {
	uint64_t n;
	const char *path;
} vector_paths[] = {
	{ 0, "000" },
	{ 1, "001" },
	{ 5, "005" },
	{ 255, "255" },
	{ 999, "999" },
	{ 1000, "x001/000" },
	{ 1234067, "x001/x234/067" },
	{ 999999, "x999/999" },
	{ 1000000, "x001/x000/000" },
	{ 1000000000, "x001/x000/x000/000" },
};
/* clang-format on */
