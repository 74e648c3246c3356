import { expect, test } from "vitest";
import { englishName } from "../../../src/node/register/english-name.ts";

test.each([
  ["130000", "河北省", "Hebei Province"],
  ["610000", "陕西省", "Shaanxi Province"],
  ["130100", "石家庄市", "Shijiazhuang"],
  ["610100", "西安市", "Xi'an"],
  ["371524", "东阿县", "Dong'e County"],
  ["130733", "易县", "Yixian County"],
  ["140202", "城区", "Chengqu District"],
  ["150304", "乌达区", "Wuda District"],
  ["150100", "呼和浩特市", "Hohhot"],
  ["152200", "兴安盟", "Hinggan League"],
  ["152921", "阿拉善左旗", "Alxa Left Banner"],
  ["150927", "察哈尔右翼中旗", "Qahar Right Wing Middle Banner"],
  ["422800", "恩施土家族苗族自治州", "Enshi Tujia Miao Autonomous Prefecture"],
  ["652800", "巴音郭楞蒙古自治州", "Bayingolin Mongolian Autonomous Prefecture"],
  ["622926", "东乡族自治县", "Dongxiang Autonomous County"],
  ["361029", "东乡县", "Dongxiang County"],
  ["410304", "瀍河回族区", "Chanhe Hui District"],
  ["150723", "鄂伦春自治旗", "Oroqen Autonomous Banner"],
  ["540200", "日喀则市", "Xigazê"],
  ["141100", "吕梁市", "Lüliang"],
  ["210113", "沈北新区", "Shenbei New District"],
  ["429021", "神农架林区", "Shennongjia Forestry District"],
  ["810014", "大埔区", "Tai Po District"],
  ["441422", "大埔县", "Dabu County"],
  ["460321", "西沙群岛", "Xisha Islands"],
])("%s %s is %s", (digits, zh, en) => {
  expect(englishName(digits, zh)).toBe(en);
});
